import { overlaps, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { explain, type HostId, type NetworkId, type NodeId } from '@orrery/shared/contracts';
import type { HostFinding } from '../findings/host-findings.js';

/** A network of a node, with the routes that the kernel has for it. */
export interface NodeRoutes {
  host: HostId;
  node: NodeId;
  network: NetworkId;
  /** As people write it. */
  networkName: string;
  targets: readonly string[];
}

/** A network's owner can push thousands of routes; a router more. */
const MOST = 200;

/** Every interface has these, or they mean "everything else". */
const ignored = ['fe80::/10', 'ff00::/8', '224.0.0.0/4', '255.255.255.255/32'].flatMap(
  (text) => parsePrefix(text) ?? [],
);

/**
 * Networks of one node whose routes overlap. Only routes in the kernel count: what an agent has left out because of a
 * conflict is `route-conflict`. One finding for each pair, about the network with the lower ID.
 */
export function routeOverlaps(all: readonly NodeRoutes[]): HostFinding[] {
  const byNode = new Map<NodeId, NodeRoutes[]>();
  for (const one of all) byNode.set(one.node, [...(byNode.get(one.node) ?? []), one]);
  return [...byNode.values()].flatMap((networks) => {
    const sorted = networks
      .toSorted((one, other) => (one.network < other.network ? -1 : 1))
      .map((one) => ({ ...one, prefixes: prefixesOf(one) }));
    return sorted.flatMap((one, at) => {
      for (const other of sorted.slice(at + 1)) {
        const pair = other.network === one.network ? undefined : firstOverlap(one.prefixes, other.prefixes);
        if (pair) return [overlapOf(one, other, pair)];
      }
      return [];
    });
  });
}

interface Target {
  text: string;
  prefix: Prefix;
}

const prefixesOf = ({ targets }: NodeRoutes): Target[] =>
  targets.slice(0, MOST).flatMap((text) => {
    const prefix = parsePrefix(text);
    const counts = prefix && prefix.bits > 0 && !ignored.some((one) => overlaps(one, prefix));
    return counts ? [{ text, prefix }] : [];
  });

function firstOverlap(ones: readonly Target[], others: readonly Target[]): [string, string] | undefined {
  for (const one of ones)
    for (const other of others) if (overlaps(one.prefix, other.prefix)) return [one.text, other.text];
  return undefined;
}

const overlapOf = (one: NodeRoutes, other: NodeRoutes, [ofOne, ofOther]: [string, string]): HostFinding => ({
  ...{ host: one.host, node: one.node, network: one.network, severity: 'warning' },
  ...explain('route-overlap/networks', { one: one.networkName, ofOne, other: other.networkName, ofOther }),
});
