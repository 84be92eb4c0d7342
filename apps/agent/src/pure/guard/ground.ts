import type { Ground, SeenGround } from '@orrery/shared/machine';
import type { Prefix } from '@orrery/shared/addresses';

/** Whether the host's own policy allows networks to bring a prefix onto it. */
export type MayRoute = (prefix: Prefix) => boolean;

/** The addresses and routes that a host depends on, and what its policy says about routes. */
export type RuledGround = KnownGround | Extract<SeenGround, { known: false }>;

export interface KnownGround {
  known: true;
  value: Ground;
  /** The rule `routes` of the host's own policy, and how to change it. Omitted: everything is allowed. */
  policy?: { mayRoute: MayRoute; fix: string };
}
