import {
  interfaceName,
  type MembershipItem,
  type MembershipSettings,
  type ObservedMembership,
} from '@orrery/shared/contracts';
import { admit, mayStay, type Admission } from './admit-routes.js';
import type { KnownGround, RuledGround } from './ground.js';

/**
 * Whether the host decides by looking at what the network pushes. Not for containers, which have their own namespace; not if the item
 * gives a list or refuses; and not if it requests everything, because a daemon accepts a default route only with a list of everything.
 */
export const isLookedAt = ({ nodeKind, settings }: MembershipItem): boolean =>
  nodeKind === 'host' && settings.allowManaged === true && !settings.allowDefault;

/**
 * The settings that the daemon should have now. A network whose push is not known yet is joined without any of its addresses and
 * routes: the first look. After that, a list admits what takes nothing away from this host. `ground` undefined: this machine has none.
 */
export function settingsNow(
  item: MembershipItem,
  joined: ObservedMembership | undefined,
  ground: RuledGround | undefined,
): MembershipSettings {
  if (!ground || !isLookedAt(item)) return item.settings;
  const { settings } = item;
  const current = joined?.allowManaged ? joined.allowManagedList : null;
  const asIs = { ...settings, allowManaged: current ?? false };
  if (joined?.status !== 'OK' || !ground.known) return asIs;
  const admission = admissionOf(item, joined, ground);
  if (current && mayStay(current, admission, ground.value, ground.policy?.mayRoute)) return asIs;
  return { ...settings, allowManaged: admission.list.length > 0 ? admission.list : false };
}

/** Cached per observation, because it is needed several times and a network may push thousands of routes. */
const admitted = new WeakMap<ObservedMembership, { ground: KnownGround; allowGlobal: boolean; admission: Admission }>();

/** Which part of the network's push is admitted, and which is not and why. */
export function admissionOf(item: MembershipItem, joined: ObservedMembership, ground: KnownGround): Admission {
  const { allowGlobal } = item.settings;
  const held = admitted.get(joined);
  if (held?.ground === ground && held.allowGlobal === allowGlobal) return held.admission;
  const device = joined.device ?? interfaceName(joined.network);
  const admission = admit(joined, ground.value, { allowGlobal, device, mayRoute: ground.policy?.mayRoute });
  admitted.set(joined, { ground, allowGlobal, admission });
  return admission;
}
