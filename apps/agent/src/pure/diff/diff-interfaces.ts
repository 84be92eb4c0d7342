import {
  interfaceName,
  type AgentFact,
  type NetworkId,
  type ObservedInterface,
  type ObservedNode,
  type ObservedRoute,
} from '@orrery/shared/contracts';
import { byKey } from './diff-lists.js';

/** Uses only what the kernel shows: the daemon's JSON lists addresses and routes that no interface has (docs/zerotier-facts.md#status). */
export function diffInterfaces(before: ObservedNode, after: ObservedNode): AgentFact[] {
  if (!before.interfaces.known || !after.interfaces.known) return [];
  const networks = networksByDevice(before, after);
  const was = byKey(before.interfaces.value, ({ device }) => device);
  const is = byKey(after.interfaces.value, ({ device }) => device);
  const about = (device: string, now: ObservedInterface | null) => ({
    node: after.node,
    network: networks.get(device) ?? null,
    device,
    after: now,
  });
  const gone = before.interfaces.value.filter(({ device }) => !is.has(device));
  return [
    ...gone.flatMap((old) => removed(old, about(old.device, null))),
    ...after.interfaces.value.flatMap((now) => changed(was.get(now.device), now, about(now.device, now))),
  ];
}

type About = {
  node: ObservedNode['node'];
  network: NetworkId | null;
  device: string;
  after: ObservedInterface | null;
};

function removed(before: ObservedInterface, data: About): AgentFact[] {
  return [
    ...before.routes.filter(isTold).map((route): AgentFact => ({ type: 'route.removed', data: { ...data, route } })),
    ...before.addresses
      .filter(isAssigned)
      .map((address): AgentFact => ({ type: 'address.removed', data: { ...data, address } })),
    { type: 'interface.down', data },
  ];
}

function changed(before: ObservedInterface | undefined, after: ObservedInterface, data: About): AgentFact[] {
  const facts: AgentFact[] = [];
  if (after.up && !before?.up) facts.push({ type: 'interface.up', data });
  else if (before?.up && !after.up) facts.push({ type: 'interface.down', data });
  else if (!before || before.mac !== after.mac || before.mtu !== after.mtu)
    facts.push({ type: 'interface.changed', data });
  facts.push(...changedAddresses(before?.addresses ?? [], after.addresses, data));
  facts.push(...changedRoutes(before?.routes ?? [], after.routes, data));
  return facts;
}

function changedAddresses(before: readonly string[], after: readonly string[], data: About): AgentFact[] {
  const gone = before.filter((address) => isAssigned(address) && !after.includes(address));
  const added = after.filter((address) => isAssigned(address) && !before.includes(address));
  return [
    ...gone.map((address): AgentFact => ({ type: 'address.removed', data: { ...data, address } })),
    ...added.map((address): AgentFact => ({ type: 'address.assigned', data: { ...data, address } })),
  ];
}

function changedRoutes(before: readonly ObservedRoute[], after: readonly ObservedRoute[], data: About): AgentFact[] {
  const was = new Set(before.map(keyOf));
  const is = new Set(after.map(keyOf));
  const gone = before.filter((route) => isTold(route) && !is.has(keyOf(route)));
  const added = after.filter((route) => isTold(route) && !was.has(keyOf(route)));
  return [
    ...gone.map((route): AgentFact => ({ type: 'route.removed', data: { ...data, route } })),
    ...added.map((route): AgentFact => ({ type: 'route.added', data: { ...data, route } })),
  ];
}

const keyOf = ({ target, via }: ObservedRoute) => `${target} ${via ?? ''}`;

/** The kernel itself gives every interface a link-local address; no network assigned it. */
const isAssigned = (address: string) => !/^fe[89ab]/i.test(address);
const isTold = ({ target }: ObservedRoute) => isAssigned(target) && !/^ff/i.test(target);

function networksByDevice(...nodes: ObservedNode[]): Map<string, NetworkId> {
  const memberships = nodes.flatMap(({ memberships }) => (memberships.known ? memberships.value : []));
  return new Map(memberships.flatMap(({ network, device }) => devicesOf(network, device)));
}

const devicesOf = (network: NetworkId, device: string | null): [string, NetworkId][] =>
  device ? [[device, network]] : [[interfaceName(network), network]];
