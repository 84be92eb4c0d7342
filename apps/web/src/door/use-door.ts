import { useSyncExternalStore } from 'react';
import { BEYOND_SCOPES, POLICIES } from '../api/openapi.golden.js';
import { door, type DoorState, type Login } from './door.js';

export const useDoor = (): DoorState => useSyncExternalStore(door.subscribe, () => door.state);

const RANK = { viewer: 0, operator: 1, admin: 2 };

/**
 * Whether the login is allowed to do this: an operation as the OpenAPI document names it, such as
 * `PUT /v1/hosts/{host}`. Who is not allowed sees no button for it.
 */
export function useMay(operation: string): boolean {
  const state = useDoor();
  return state.is === 'open' && may(state.login, operation);
}

export function may({ role, scope }: Pick<Login, 'role' | 'scope'>, operation: string): boolean {
  const required = POLICIES[operation];
  if (required === undefined || RANK[role] < RANK[required]) return false;
  const beyond = scope && BEYOND_SCOPES[operation];
  return !beyond || (beyond === 'host' && scope.networks === null);
}
