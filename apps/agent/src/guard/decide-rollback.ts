import type { ItemId, MembershipSettings } from '@orrery/shared/contracts';

/** How a membership was before a step: not there, or with these settings. */
export type Undo = { to: 'left' } | { to: 'settings'; settings: MembershipSettings };

/** Memberships of which a step was undone, at the revision that they still have: what they are to be until it changes. */
export type RolledBack = ReadonlyMap<ItemId, Undo>;
