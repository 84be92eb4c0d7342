import { BEYOND_SCOPES, POLICIES } from '../api/openapi.golden.js';
import type { Login } from './door.js';

const RANK = { viewer: 0, operator: 1, admin: 2 };

/** Whether the role and the scope of a login admit an operation, as far as the OpenAPI document tells. Pure. */
export function may({ role, scope }: Pick<Login, 'role' | 'scope'>, operation: string): boolean {
  const required = POLICIES[operation];
  if (required === undefined || RANK[role] < RANK[required]) return false;
  const beyond = scope && BEYOND_SCOPES[operation];
  return !beyond || (beyond === 'host' && scope.hosts !== null);
}
