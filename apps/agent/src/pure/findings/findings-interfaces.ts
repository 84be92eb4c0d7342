import {
  interfaceName,
  type ObservedInterface,
  type ObservedMembership,
  type ObservedNode,
} from '@orrery/shared/contracts';
import { expectedAddresses, missingAddresses, settingsOf } from '../assess/expected-addresses.js';
import { FIXES } from '../assess/outcomes.js';
import type { FindingsInput, FoundCause } from './found-cause.js';

/** The kernel follows the daemon within a moment; what lasts longer is a difference. */
const HOLD_MS = 5_000;

/** Where the daemon's view of a membership and the kernel's differ, managed or not: each alone would look fine. */
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
  code: 'tun-missing',
  severity: 'error',
  cause: `zerotier-one is in ${network} and has no interface for it`,
  fix: FIXES['tun-missing'],
});

function disagreement(
  membership: ObservedMembership,
  device: string,
  shown: ObservedInterface | undefined,
): Difference | undefined {
  const { status, addresses, network } = membership;
  if (status === 'OK' && !shown?.up)
    return disagrees(`zerotier-one says OK for ${network}, and the kernel does not show ${device} up`);
  if (status === 'OK') {
    const missing = missingAddresses(expectedAddresses(addresses, settingsOf(membership)), shown?.addresses ?? []);
    if (missing.length > 0)
      return disagrees(`zerotier-one lists ${missing.join(', ')}, and the kernel does not show it on ${device}`);
  }
  const isRefused = status === 'ACCESS_DENIED' || status === 'NOT_FOUND';
  if (isRefused && shown && shown.addresses.length > 0)
    return disagrees(
      `zerotier-one says ${status} for ${network}, and ${device} keeps ${shown.addresses.join(', ')}: it looks connected and is not`,
      'Authorize the node again, or leave the network: zerotier-one takes the address away only then.',
    );
  return undefined;
}

const disagrees = (cause: string, fix?: string): Difference => ({
  code: 'interface-disagrees',
  severity: 'warning',
  cause,
  fix: fix ?? 'Look at `ip addr` in the node’s network namespace and at its log; restarting the node sets it up anew.',
});
