import { hash } from './hash.js';
import { type State, type Topology, type TopologyHost, type TopologyNode } from './topology.js';

export interface Sample {
  /** How many hosts each site has. */
  readonly sites: readonly number[];
  /** States that some hosts' last nodes get: each of these takes so many, from the first site on. */
  readonly notFine?: Partial<Record<State, number>>;
  readonly controllers?: number;
}

const ROLES = ['web', 'api', 'db', 'edge', 'cache', 'build', 'mq', 'gpu', 'store', 'log'];
const PARTS = ['app', 'proxy', 'web', 'sync', 'agent', 'bridge', 'metrics'];
const SITES = [
  'fra-1',
  'fra-2',
  'ams-2',
  'ash-1',
  'sin-1',
  'bern-lan',
  'lyon-shops',
  'home-lab',
  'build-farm',
  'gva-3',
];

/** A made-up fleet for tests of the picture, the same each time. */
export function sampleTopology({ sites, notFine = {}, controllers = 2 }: Sample): Topology {
  const hosts = sites.flatMap((count, at) => Array.from({ length: count }, (_, host) => hostOf(siteName(at), host)));
  const nodes = hosts.flatMap(nodesOf);
  const states = Object.entries(notFine) as [State, number][];
  const bad = hosts.map(({ id }) => id).sort((a, b) => hash(a) - hash(b));
  const given = new Map(states.flatMap(([state, count]) => bad.splice(0, count).map((id) => [id, state] as const)));
  return {
    at: '2026-11-30T14:06:23.000Z',
    hosts: hosts.map((host) =>
      given.get(host.id) === 'away' ? { ...host, state: 'away', why: 'not heard since 13:51' } : host,
    ),
    nodes: nodes.map((node, at) => {
      const last = nodes[at + 1]?.host !== node.host;
      const state = given.get(node.host) ?? 'fine';
      return state !== 'fine' && (last || state === 'away') ? { ...node, state, why: 'tun-missing' } : node;
    }),
    networks: ['shop', 'lab', 'office'].map((name, at) => ({
      ...{ id: `${at}`.repeat(16), name },
      controller: 'c0',
      kept: true,
    })),
    memberships: nodes.map((node) => ({
      node: node.id,
      network: `${hash(node.id) % 3}`.repeat(16),
      state: 'fine',
      addresses: [`10.147.${hash(node.id) % 250}.${hash(node.name) % 250}`],
    })),
    controllers: Array.from({ length: controllers }, (_, at) => ({
      ...{ id: `c${at}`, name: `controller-${at}`, node: null, kind: 'self-hosted' },
      state: at === 3 ? 'away' : 'fine',
    })),
    paths: pathsOf(nodes, hosts.length),
  };
}

const siteName = (at: number) =>
  `${SITES[at % SITES.length]}${at < SITES.length ? '' : `-${Math.floor(at / SITES.length)}`}`;

function hostOf(site: string, at: number): TopologyHost {
  const name = `${ROLES[hash(`${site}/${at}`) % ROLES.length]}-${site.split('-')[0]}-${String(at + 1).padStart(3, '0')}`;
  return { id: `h-${site}-${at}`, name: `${name}${site.replace(/^[^-]+/, '')}`, site, state: 'fine' };
}

function nodesOf({ id, name }: TopologyHost): TopologyNode[] {
  const count = 1 + (hash(id) % 5);
  return Array.from({ length: count }, (_, at) => ({
    ...{ id: `${id}-n${at}`, host: id, state: 'fine' },
    name: at === 0 ? name : `${name}/${PARTS[(hash(id) + at) % PARTS.length]}`,
    kind: at === 0 ? 'host' : 'container',
    address: addressOf(`${id}-n${at}`),
  }));
}

function pathsOf(nodes: readonly TopologyNode[], hosts: number): Topology['paths'] {
  const each = hosts <= 10 ? 2 : hosts <= 100 ? 3 : 5;
  return nodes.flatMap((node) =>
    Array.from({ length: each }, (_, at) => {
      const peer = nodes[hash(`${node.id}${at}`) % nodes.length] ?? node;
      const relayed = hash(`${node.id}${at}r`) % 9 === 0;
      const ms = (relayed ? 48 : 4) + (hash(`${node.id}${at}m`) % 300) / 10;
      return { node: node.id, peer: peer.address ?? '', path: relayed ? 'relayed' : 'direct', ms };
    }),
  );
}

function addressOf(id: string): string {
  return (hash(id).toString(16) + hash(`${id}x`).toString(16)).padEnd(10, '0').slice(0, 10);
}
