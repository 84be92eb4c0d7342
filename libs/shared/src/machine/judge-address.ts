import { judgeAddress as judge } from '../addresses/index.js';
import { isZeroTierDevice } from '../contracts/index.js';
import { missed, type ProbeEnd } from './prober.js';

/** How a namespace's kernel would send something to an address. */
export type Way =
  | { kind: 'device'; device: string; isOnLink: boolean }
  /** The address belongs to the namespace itself. */
  | { kind: 'own' }
  | { kind: 'none'; cause: string };

/** Why this address must not be probed, whatever the policy says; undefined: it may be probed. */
export function judgeAddress(address: string): ProbeEnd | undefined {
  const { reach, what } = judge(address);
  return reach === 'never' || reach === 'loopback' ? missed('address-not-probed', `${address} is ${what}`) : undefined;
}

/** Why nothing is sent this way; undefined: it is sent. */
export function judgeWay(address: string, way: Way, mayLeaveNetworks: boolean): ProbeEnd | undefined {
  if (way.kind === 'none')
    return missed(
      'no-route',
      `the node has no route to ${address}: ${way.cause}. None of its networks has such a prefix`,
    );
  if (way.kind === 'device' && (mayLeaveNetworks || isZeroTierDevice(way.device))) return undefined;
  if (way.kind === 'own')
    return mayLeaveNetworks ? undefined : missed('outside-networks', `${address} is an address of this node itself`);
  return missed(
    'outside-networks',
    `the node would send this over ${way.device}: it has no interface on any network with the prefix of ${address}`,
  );
}
