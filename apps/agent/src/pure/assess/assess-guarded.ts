import type { MembershipItem, MembershipSettings, NetworkId, ObservedMembership } from '@orrery/shared/contracts';
import { formatPrefix, parsePrefix } from '../prefix.js';
import type { RuledGround } from '../guard/decide-ground.js';
import type { Undo } from '../guard/decide-probation.js';
import { admissionOf, isLookedAt } from '../guard/decide-settings.js';
import { failed, type Assessment } from './outcomes.js';

const BLIP_MS = 6_000;

/** What stands between a membership of the host's own daemon and its addresses, when the host itself does. */
export function assessAdmission(
  item: MembershipItem,
  joined: ObservedMembership,
  ground: RuledGround | undefined,
  settings: MembershipSettings,
): Assessment | undefined {
  if (!ground || !isLookedAt(item) || settings.allowManaged === true) return undefined;
  if (!ground.known)
    return settings.allowManaged === false ? failed('unexpected', ground.cause, BLIP_MS, ground.fix) : undefined;
  const { conflicts, denied, list } = admissionOf(item, joined, ground);
  const addresses = joined.addresses.flatMap((text) => parsePrefix(text) ?? []).map(formatPrefix);
  if (addresses.some((network) => list.includes(network))) return undefined;
  const barred = denied.find((target) => addresses.includes(target));
  if (barred !== undefined)
    return failed(
      'policy-denied',
      `the network assigns an address in ${barred}, which the policy of this host does not let onto it (rule routes)`,
      0,
      ground.policy?.fix,
    );
  const conflict = conflicts.find(({ target }) => addresses.includes(target));
  if (!conflict) return undefined;
  return failed(
    'route-conflict',
    `the network assigns an address in ${conflict.target}, which would take ${conflict.hits.what} away from this host: it is not let in`,
  );
}

export const rolledBack = (network: NetworkId, undo: Undo): Assessment =>
  failed(
    'lockout-rolled-back',
    `the API could not be reached over NATS for a minute after this change of ${network}, and could before: ${
      undo.to === 'left' ? 'the network was left again' : 'the settings of before are back'
    }`,
  );
