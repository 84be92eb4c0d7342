import {
  interfaceName,
  type ObservedInterface,
  type ObservedMembership,
  type ObservedNode,
  explain,
} from '@orrery/shared/contracts';
import { expectedAddresses, missingAddresses, settingsOf } from '../assess/expected-addresses.js';
import type { FindingsInput, FoundCause } from './found-cause.js';

/** The kernel follows the daemon within a moment; a difference that lasts longer counts. */
const HOLD_MS = 5_000;

/** Memberships, managed or not, whose daemon and kernel disagree: each view alone would look fine. */
export function findDisagreements({ observed, items }: FindingsInput): FoundCause[] {
  return observed.nodes.flatMap((node) => {
    const { memberships, interfaces } = node;
    if (!memberships.known || !interfaces.known) return [];
    return memberships.value.flatMap((membership) => {
      const item = items.find((one) => one.kind === 'membership' && matches(one, node, membership))?.id ?? null;
      const about = { node: node.node, network: membership.network, item, holdMs: HOLD_MS };
      const device = membership.device ?? interfaceName(membership.network);
      const shown = interfaces.value.find((one) => one.device === device);
      if (!membership.device && membership.status !== 'OK')
        return [{ ...about, ...noDevice(membership) }].filter(() => !shown);
      const difference = disagreement(membership, device, shown);
      return difference ? [{ ...about, ...difference }] : [];
    });
  });
}

const matches = (item: { node: string; network: string }, node: ObservedNode, membership: ObservedMembership) =>
  item.node === node.node && item.network === membership.network;

type Difference = Pick<FoundCause, 'code' | 'severity' | 'cause' | 'fix'>;

const noDevice = ({ network }: ObservedMembership): Difference => ({
  severity: 'error',
  ...explain('tun-missing/no-interface', { network }),
});

function disagreement(
  membership: ObservedMembership,
  device: string,
  shown: ObservedInterface | undefined,
): Difference | undefined {
  const { status, addresses, network } = membership;
  if (status === 'OK' && !shown?.up)
    return disagrees(`zerotier-one reports OK for ${network}, but the kernel does not show ${device} up`);
  if (status === 'OK') {
    const missing = missingAddresses(expectedAddresses(addresses, settingsOf(membership)), shown?.addresses ?? []);
    if (missing.length > 0)
      return disagrees(`zerotier-one lists ${missing.join(', ')}, but the kernel does not show it on ${device}`);
  }
  const isRefused = status === 'ACCESS_DENIED' || status === 'NOT_FOUND';
  if (isRefused && shown && shown.addresses.length > 0)
    return {
      severity: 'warning',
      ...explain('interface-disagrees/refused', { status, network, device, addresses: shown.addresses.join(', ') }),
    };
  return undefined;
}

const disagrees = (cause: string): Difference => ({
  severity: 'warning',
  ...explain('interface-disagrees/device', { cause }),
});
