import type { LoginId, Role, TokenScope } from '@orrery/shared/contracts';
import type { Visibility } from '../database/visibility.js';

/** The permissions of a token; each role has all those of the one before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];
export type { Role };

/** The sender of a request. `name` appears in commands and events as `by`. */
export interface Principal {
  tokenId: string;
  name: string;
  role: Role;
  /** The token's limits; without: everything. */
  scope?: Visibility;
  /** The same limits as they were written, for people. */
  writtenScope?: TokenScope;
  /** When the token expires. */
  until?: Date;
  /** The login with which the request came; without: it came with the token itself. */
  login?: LoginId;
}

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
    /** The credential of a host that enrolls. */
    joinToken?: string;
  }
}

export const mayActAs = (role: Role, needed: Role) => ROLES.indexOf(role) >= ROLES.indexOf(needed);
