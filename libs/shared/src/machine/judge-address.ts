import { BlockList, isIP } from 'node:net';
import { isZeroTierDevice } from '../contracts/index.js';
import { missed, type ProbeEnd } from './prober.js';

/** How a namespace's kernel would send something to an address. */
export type Way =
  | { kind: 'device'; device: string; isOnLink: boolean }
  /** An address of the namespace itself. */
  | { kind: 'own' }
  | { kind: 'none'; cause: string };

/** Never probed, whatever the policy says. Link-local: there clouds keep the credentials of a machine. */
const NEVER: readonly [prefix: string, bits: number, what: string][] = [
  ['0.0.0.0', 8, 'no address of another'],
  ['127.0.0.0', 8, 'a loopback address'],
  ['169.254.0.0', 16, 'a link-local address'],
  ['224.0.0.0', 3, 'a multicast or broadcast address'],
  ['::', 128, 'no address of another'],
  ['::1', 128, 'a loopback address'],
  ['fe80::', 10, 'a link-local address'],
  ['ff00::', 8, 'a multicast address'],
  ['fd00:ec2::254', 128, 'where a cloud keeps credentials'],
  // IPv4 in other clothes: a gateway on the way might undress it.
  ['64:ff9b::', 96, 'an IPv4 address in IPv6'],
];

const LISTS = NEVER.map(([prefix, bits, what]) => {
  const list = new BlockList();
  list.addSubnet(prefix, bits, isIP(prefix) === 6 ? 'ipv6' : 'ipv4');
  return { list, what };
});

/** Why this address is none to be probed; undefined: it may be one. */
export function judgeAddress(address: string): ProbeEnd | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const hit = LISTS.find(({ list }) => list.check(address, family));
  return hit && missed('address-not-probed', `${address} is ${hit.what}`);
}

/** Why nothing is sent this way; undefined: it is. */
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
