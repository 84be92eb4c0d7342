import {
  type Admission,
  type CloudEvent,
  type Command,
  type CommandStage,
  type Container,
  type Controller,
  type Host,
  idFrom,
  type JoinToken,
  type KeptRoute,
  type Membership,
  type Network,
  NEW_NETWORK,
  type Node,
  type Stage,
} from '@orrery/shared/contracts';

type Prefix = Parameters<typeof idFrom>[0];
/** The same ID for the same number, so that tests can name it. */
export const id = <P extends Prefix>(prefix: P, number = 1) => idFrom(prefix, new Uint8Array(20).fill(number));

export const LAB = '8056c2e21c000001';
const THEN = '2026-01-02T03:04:05.000Z';

export function host(name: string, more: Partial<Host> = {}, number = 1): Host {
  return {
    id: id('hst', number),
    name,
    labels: { site: 'cloud' },
    simulated: false,
    presence: 'online',
    paused: false,
    revokedAt: null,
    ephemeral: null,
    lastSeenAt: THEN,
    agentVersion: '0.1.0',
    engine: { state: 'up', version: '26.1.5', apiVersion: '1.45', os: 'linux', architecture: 'x86_64' },
    node: id('nod', number),
    revision: 7,
    heldRevision: 7,
    createdAt: THEN,
    version: 3,
    ...more,
  };
}

/** The host's own node, with its daemon up. */
export function node(name: string, more: Partial<Node> = {}, number = 1): Node {
  return {
    id: id('nod', number),
    name,
    kind: 'host',
    host: { id: id('hst', number), name },
    simulated: false,
    state: 'up',
    cause: null,
    address: '89e92ceee5',
    zerotierVersion: '1.14.2',
    online: true,
    unused: null,
    updatedAt: THEN,
    ...more,
  };
}

export function joinToken(more: Partial<JoinToken> = {}): JoinToken {
  return {
    id: id('jtk'),
    name: 'web-1',
    prefix: 'orj1.abcd',
    state: 'valid',
    uses: 1,
    usesLeft: 1,
    labels: {},
    ownLabels: false,
    networks: [],
    ephemeral: null,
    replaces: null,
    hosts: [],
    by: 'admin',
    createdAt: THEN,
    expiresAt: '2026-01-02T03:19:05.000Z',
    ...more,
  };
}

export function container(name: string, on = host('web-1'), more: Partial<Container> = {}): Container {
  return {
    id: id('ctr'),
    name,
    host: { id: on.id, name: on.name },
    node: { id: id('nod', 2), name: `${on.name}/${name}`, kind: 'container' },
    item: id('itm'),
    simulated: on.simulated,
    intent: 'present',
    workload: null,
    byLabel: false,
    networks: [LAB],
    image: null,
    limits: { memoryMb: 512, pids: 99 },
    settings: { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false },
    incarnation: 0,
    outcome: { kind: 'done' },
    status: {
      state: 'running',
      engineId: 'e1',
      image: 'zerotier/zerotier:1.14.2',
      startedAt: THEN,
      exitCode: null,
      oomKilled: false,
    },
    createdAt: THEN,
    version: 5,
    ...more,
  };
}

export function membership(node: string, more: Partial<Membership> = {}): Membership {
  const [hostName = ''] = node.split('/');
  return {
    node: { id: id('nod'), name: node, kind: node.includes('/') ? 'container' : 'host' },
    host: { id: id('hst'), name: hostName },
    network: { id: LAB, name: 'lab' },
    simulated: false,
    managed: true,
    intent: 'present',
    settings: { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false },
    outcome: { kind: 'done' },
    status: 'OK',
    device: 'ztmjfmfyq5',
    assignedAddresses: ['10.1.2.3/24'],
    addresses: ['10.1.2.3/24'],
    heard: true,
    heardSince: THEN,
    interfaceUp: true,
    routes: [],
    controller: null,
    updatedAt: THEN,
    version: 1,
    ...more,
  };
}

/** A network that somebody else manages. */
export function network(more: Partial<Network> = {}): Network {
  return {
    ...{ id: LAB, name: 'lab', controller: LAB.slice(0, 10), managedBy: null, config: null, admission: null },
    ...{
      labels: false,
      sync: null,
      findings: [],
      memberships: { total: 1, ok: 1, waiting: 0, pending: 0 },
      version: 1,
    },
    ...more,
  };
}

/** A controller on web-1, up. */
export function controller(name: string, more: Partial<Controller> = {}, number = 1): Controller {
  return {
    id: id('ctl', number),
    ...{ name, kind: 'self-hosted', url: null, address: '3e92c1f0a7', zerotierVersion: '1.14.2' },
    node: { id: id('nod', 7), name: `${name}/controller`, kind: 'container' },
    host: { id: id('hst', number), name },
    ...{ state: 'up', cause: null, fix: null, networks: 0, checkedAt: THEN, createdAt: THEN, version: 1 },
    ...more,
  };
}

export const KEPT = '3e92c1f0a7000001';

/** A network that Orrery keeps, by the controller lap-7. */
export function keptNetwork(more: Partial<Network> = {}): Network {
  const pool = { start: '10.182.44.1', end: '10.182.44.254' };
  return network({
    ...{ id: KEPT, controller: KEPT.slice(0, 10), managedBy: { id: id('ctl'), name: 'lap-7' } },
    config: { ...NEW_NETWORK, pools: [pool], routes: [{ target: '10.182.44.0/24', via: null }] },
    admission: { by: 'fleet', selector: null, for: null, onLeave: 'deauthorize' },
    sync: { state: 'applied', cause: null },
    memberships: { total: 0, ok: 0, waiting: 0, pending: 0 },
    version: 3,
    ...more,
  });
}

/** A route into lab by routers on the hosts onprem-1 and onprem-2, of which the first carries it. */
export function keptRoute(more: Partial<KeptRoute> = {}): KeptRoute {
  const via = [1, 2].map((number) => ({
    ...{ host: `onprem-${number}`, container: 'lab-router', launched: true, address: null, outcome: null },
    node: { id: id('nod', number), name: `onprem-${number}/lab-router`, kind: 'container' as const },
  }));
  return {
    ...{ id: id('rte'), network: { id: KEPT, name: 'lab' }, target: '192.168.10.0/24' },
    ...{ state: 'pending', cause: 'onprem-1/lab-router has no address in lab yet' },
    ...{
      router: 'onprem-1/lab-router',
      since: THEN,
      check: null,
      via,
      announced: [],
      findings: [],
      createdAt: THEN,
      version: 1,
    },
    ...more,
  };
}

/** A node that asks to be authorized in lab. */
export function admission(address: string, more: Partial<Admission> = {}): Admission {
  return {
    ...{
      network: { id: KEPT, name: 'lab' },
      address,
      node: null,
      host: null,
      verdict: null,
      record: null,
      decision: null,
    },
    controller: {
      ...{ authorized: false, name: '', addresses: [], bridge: false, noAutoAssign: false, hasAsked: true },
      ...{ zerotierVersion: '1.14.2', seenAt: THEN },
    },
    ...{ observed: null, pending: true, stale: false, version: 0 },
    ...more,
  };
}

const stage = (name: Stage, ms: number, detail = ''): CommandStage => ({
  stage: name,
  detail,
  at: new Date(Date.parse(THEN) + ms).toISOString(),
  ms,
});
export const stages = (...given: [Stage, number, string?][]) => given.map((entry) => stage(...entry));

export function command(more: Partial<Command> = {}, number = 1): Command {
  return {
    id: id('cmd', number),
    action: 'launch',
    host: { id: id('hst', number), name: `web-${number}` },
    simulated: false,
    target: `demo on web-${number}`,
    container: id('ctr', number),
    node: id('nod', number),
    networks: [LAB],
    group: null,
    revision: 8,
    state: 'delivered',
    items: [{ item: id('itm', number), outcome: null }],
    outcome: null,
    stages: stages(['accepted', 0]),
    by: 'admin',
    createdAt: THEN,
    deliveredAt: null,
    endedAt: null,
    ...more,
  };
}

export function event(number: number, type: string, more: Partial<CloudEvent> = {}): CloudEvent {
  return {
    specversion: '1.0',
    id: `main-${number}`,
    type: `io.orrery.${type}`,
    source: '/hosts/web-1',
    subject: `web-1/demo/${LAB}`,
    time: THEN,
    datacontenttype: 'application/json',
    orreryhost: id('hst'),
    orrerycommittime: THEN,
    orreryhosttime: THEN,
    simulated: false,
    data: {},
    ...more,
  };
}
