import {
  interfaceName,
  type NodeContainerItem,
  type NetworkId,
  type NodeId,
  type ObservedContainer,
  type ObservedInterface,
  type ObservedMembership,
  type ObservedNode,
  type ObservedPeer,
  type ObservedState,
  type ObservedWorkload,
  type Part,
} from '@orrery/shared/contracts';
import { NETWORK } from './items.js';

/** Builders of observations: each returns something ordinary, and a test states only what matters to it. */
export const known = <T>(value: T): Part<T> => ({ known: true, value });
export const unknown = (
  code: Extract<Part<never>, { known: false }>['code'] = 'daemon-unreachable',
  cause = 'not now',
) => ({ known: false, code, cause }) as const;

export const ADDRESS = '3a4f1af7fa';

export const observed = (more: Partial<ObservedState> = {}): ObservedState => ({
  engine: known({ version: '27.0', apiVersion: '1.46', os: 'linux', architecture: 'x86_64' }),
  containers: known([]),
  nodes: [],
  ...more,
});

export const workload = (more: Partial<ObservedWorkload> = {}): ObservedWorkload => ({
  ...{ workload: 'shop/db/1', name: 'shop-db-1', engineId: 'd'.repeat(64), state: 'running', labelled: true },
  ...{ startedAt: '2026-11-29T10:00:00.000Z', labels: { 'orrery.network': NETWORK } },
  ...more,
});

export const node = (id: NodeId, more: Partial<ObservedNode> = {}): ObservedNode => ({
  ...{ node: id, kind: 'container' },
  daemon: known({ address: ADDRESS, version: '1.14.1', online: true }),
  ...{ memberships: known([]), interfaces: known([]), peers: known([]) },
  ...more,
});

export const hostNode = (id: NodeId, more: Partial<ObservedNode> = {}) => node(id, { kind: 'host', ...more });

export const membership = (more: Partial<ObservedMembership> = {}): ObservedMembership => {
  const network = more.network ?? NETWORK;
  return {
    ...{ network, name: 'lab', type: 'PRIVATE', status: 'OK', device: interfaceName(network) },
    ...{ mac: '9a:5f:96:a1:6d:6b', mtu: 2800, addresses: ['10.99.0.7/24'] },
    ...{ routes: [{ target: '10.99.0.0/24', via: null }], bridge: false, authenticationUrl: null },
    ...{ allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false, allowManagedList: null },
    ...more,
  };
};

export const shown = (network: NetworkId = NETWORK, more: Partial<ObservedInterface> = {}): ObservedInterface => ({
  ...{ device: interfaceName(network), up: true, mac: '9a:5f:96:a1:6d:6b', mtu: 2800 },
  ...{ addresses: ['10.99.0.7/24'], routes: [{ target: '10.99.0.0/24', via: null }] },
  ...more,
});

export const peer = (address: string, path: ObservedPeer['path'] = 'direct'): ObservedPeer => ({
  ...{ address, path, role: 'LEAF', latencyMs: 3 },
});

export const container = (item: NodeContainerItem, more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  ...{ item: item.id, node: item.node, name: item.name, incarnation: item.incarnation, limits: item.limits },
  ...{
    ours: true,
    engineId: `engine-${item.name}`,
    image: item.image ?? 'zerotier/zerotier:1.14.2',
    imageId: 'sha256:1',
  },
  ...{ state: 'running', startedAt: '2026-01-01T00:00:00.000Z', exitCode: null, oomKilled: false },
  ...more,
});
