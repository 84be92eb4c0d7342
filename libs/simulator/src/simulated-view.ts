import type {
  NodeId,
  ObservedContainer,
  ObservedInterface,
  ObservedMembership,
  ObservedNode,
  ObservedPeer,
  Part,
} from '@orrery/shared/contracts';
import { deviceNameOf, macOf } from './model/ids.js';
import { DEFAULT_MTU, interfacesOf } from './model/kernel-view.js';
import type { Daemon } from './model/daemon.js';
import { visibleMemberships } from './model/daemon-networks.js';
import { statusOf, type Membership } from './model/membership.js';
import { PLANET } from './model/moon.js';
import { VERSION } from './model/timing.js';
import type { SimulatedContainer } from './simulated-state.js';

const known = <T>(value: T): Part<T> => ({ known: true, value });

export function viewNode(node: NodeId, kind: ObservedNode['kind'], daemon: Daemon): ObservedNode {
  const { address } = daemon.identity;
  return {
    node,
    kind,
    daemon: known({ address, version: VERSION.text, online: daemon.online }),
    memberships: known(visibleMemberships(daemon).map((membership) => viewMembership(address, membership))),
    interfaces: known(interfacesOf(daemon).map(viewInterface)),
    peers: known(viewPeers(daemon)),
  };
}

/** The node of a container that runs. What a router lets through is always as it was written. */
export function viewRunning({ node, router }: SimulatedContainer, daemon: Daemon): ObservedNode {
  return { ...viewNode(node, 'container', daemon), ...(router && { router: known({ forwards: true, ways: router }) }) };
}

/** The node of a container that is not running. */
export function viewStopped({ node, state }: SimulatedContainer): ObservedNode {
  const unseen = {
    known: false as const,
    code: state === 'paused' ? ('container-paused' as const) : ('container-died' as const),
    cause: `the container is ${state}`,
  };
  return { node, kind: 'container', daemon: unseen, memberships: unseen, interfaces: known([]), peers: unseen };
}

export function viewContainer(container: SimulatedContainer, ours: boolean): ObservedContainer {
  const { item, node, name, engineId, state, image, incarnation, limits, startedAt, exitCode } = container;
  return {
    ...{ item, node, name, engineId, state, image, incarnation, limits, startedAt, exitCode, ours },
    imageId: `simulated:${image}`,
    oomKilled: false,
    ...(container.router && { forwards: true }),
  };
}

function viewMembership(address: string, membership: Membership): ObservedMembership {
  const { networkId, config, settings, refusal } = membership;
  const { allowManaged, allowManagedOnly, allowGlobal, allowDefault, allowDNS } = settings;
  return {
    network: networkId,
    name: config?.name ?? '',
    type: config?.public ? 'PUBLIC' : 'PRIVATE',
    status: statusOf(membership),
    device: deviceNameOf(networkId),
    mac: macOf(address, networkId),
    mtu: config?.mtu ?? DEFAULT_MTU,
    addresses: [...(config?.addresses ?? [])],
    routes: (config?.routes ?? []).map(({ target, via }) => ({ target, via })),
    bridge: config?.bridge ?? false,
    ...{ allowManaged, allowGlobal, allowDefault, allowDNS },
    allowManagedList: allowManagedOnly.length > 0 ? [...allowManagedOnly] : null,
    authenticationUrl: refusal?.authenticationUrl ?? null,
  };
}

const viewInterface = ({
  device,
  up,
  mac,
  mtu,
  addresses,
  routes,
}: ReturnType<typeof interfacesOf>[number]): ObservedInterface => ({
  ...{ device, up, mac, mtu },
  addresses: [...addresses],
  routes: routes.map(({ target, via }) => ({ target, via })),
});

function viewPeers(daemon: Daemon): ObservedPeer[] {
  return Object.values(daemon.peers).map(({ address, path, latency }) => ({
    address,
    role: (PLANET.roots as readonly string[]).includes(address) ? 'PLANET' : 'LEAF',
    path: path === null ? 'relayed' : 'direct',
    latencyMs: latency < 0 ? null : latency,
    ...(path !== null && { endpoint: path }),
  }));
}
