import type { Role } from '@orrery/shared/contracts';
import type { Visibility } from '../database/visibility.js';

/** What a token may do; each role may do all that the one before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];
export type { Role };

/** Who asks. `name` is what stands in commands and events as `by`. */
export interface Principal {
  tokenId: string;
  name: string;
  role: Role;
  /** What the token is limited to; without: everything. */
  scope?: Visibility;
  /** When the token expires. */
  until?: Date;
}

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
    /** What a host that enrols came with. */
    joinToken?: string;
  }
}

export const mayActAs = (role: Role, needed: Role) => ROLES.indexOf(role) >= ROLES.indexOf(needed);
