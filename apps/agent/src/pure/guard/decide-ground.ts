import type { Ground, SeenGround } from '@orrery/shared/machine';
import type { Prefix } from '../prefix.js';

/** Whether the host's own policy lets networks bring a prefix onto it. */
export type MayRoute = (prefix: Prefix) => boolean;

/** What a host stands on, and what its policy says of routes. */
export type RuledGround = KnownGround | Extract<SeenGround, { known: false }>;

export interface KnownGround {
  known: true;
  value: Ground;
  /** The rule `routes` of the host's own policy, and how to change it. Left out: everything may come in. */
  policy?: { mayRoute: MayRoute; fix: string };
}
