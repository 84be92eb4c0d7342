import { formatPrefix, parsePrefix } from '@orrery/shared/addresses';
import {
  explain,
  explainAgain,
  type MembershipItem,
  type MembershipSettings,
  type NetworkId,
  type ObservedMembership,
} from '@orrery/shared/contracts';
import type { RuledGround } from '../guard/ground.js';
import type { Undo } from '../guard/decide-probation.js';
import { admissionOf, isLookedAt } from '../guard/decide-settings.js';
import { failed, type Assessment } from './outcomes.js';

const BLIP_MS = 6_000;

/** What keeps a membership of the host's own daemon from its addresses, if the host itself does. */
export function assessAdmission(
  item: MembershipItem,
  joined: ObservedMembership,
  ground: RuledGround | undefined,
  settings: MembershipSettings,
): Assessment | undefined {
  if (!ground || !isLookedAt(item) || settings.allowManaged === true) return undefined;
  if (!ground.known)
    return settings.allowManaged === false
      ? failed(explainAgain({ code: 'unexpected', ...ground }), BLIP_MS)
      : undefined;
  const { conflicts, denied, list } = admissionOf(item, joined, ground);
  const addresses = joined.addresses.flatMap((text) => parsePrefix(text) ?? []).map(formatPrefix);
  if (addresses.some((network) => list.includes(network))) return undefined;
  const barred = denied.find((target) => addresses.includes(target));
  if (barred !== undefined)
    return failed(
      explainAgain({
        code: 'policy-denied',
        cause: `the network assigns an address in ${barred}, which the policy of this host does not allow (rule routes)`,
        fix: ground.policy?.fix,
      }),
    );
  const conflict = conflicts.find(({ target }) => addresses.includes(target));
  if (!conflict) return undefined;
  return failed(explain('route-conflict/address', { target: conflict.target, what: conflict.hits.what }));
}

export const rolledBack = (network: NetworkId, undo: Undo): Assessment =>
  failed(
    explain('lockout-rolled-back/change', {
      network,
      undone: undo.to === 'left' ? 'the agent left the network again' : 'the agent restored the previous settings',
    }),
  );
