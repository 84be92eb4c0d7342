import { useSyncExternalStore } from 'react';
import { door, type DoorState } from './door.js';
import { may } from './may.js';

export const useDoor = (): DoorState => useSyncExternalStore(door.subscribe, () => door.state);

/**
 * Whether the login is allowed to do this: an operation as the OpenAPI document names it, such as
 * `PUT /v1/hosts/{host}`. Who is not allowed sees no button for it.
 */
export function useMay(operation: string): boolean {
  const state = useDoor();
  return state.is === 'open' && may(state.login, operation);
}
