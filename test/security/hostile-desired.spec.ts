import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { formatPrefix, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { idFrom } from '@orrery/shared/contracts';
import fc from 'fast-check';
import { outOfProfile, profileOf, type Trusted } from '../support/recording-engine/closed-profile.js';
import { SignedHost } from '../support/recording-engine/signed-host.js';

jest.setTimeout(180_000);
const RUNS = 2_000;
const id = <P extends 'itm' | 'nod'>(prefix: P, number: number) => idFrom(prefix, new Uint8Array(20).fill(number));

/** Containers of somebody else: only the first may be attached under the rule of the default policy, and to this network alone. */
const LABELLED = { workload: 'shop/db/1', name: 'shop-db-1', network: '8056c2e21c000002' };
const FOREIGN = ['plain', 'on-host', 'on-other'];

const OPTIONS: Record<string, unknown> = {
  Privileged: true,
  Binds: ['/:/host', 'vol:/var/lib/zerotier-one'],
  Mounts: [{ Type: 'bind', Source: '/', Target: '/host' }],
  Volumes: { '/host': {} },
  VolumeDriver: 'local',
  VolumesFrom: ['orrery-agent'],
  NetworkMode: 'host',
  PidMode: 'host',
  IpcMode: 'container:abc',
  UTSMode: 'host',
  UsernsMode: 'host',
  CgroupParent: '/',
  CgroupnsMode: 'host',
  CapAdd: ['SYS_ADMIN'],
  CapDrop: [],
  Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'rwm' }],
  DeviceCgroupRules: ['a *:* rwm'],
  Sysctls: { 'kernel.core_pattern': '|/x' },
  SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
  Entrypoint: ['/bin/sh'],
  Cmd: ['-c', 'id'],
  Env: ['LD_PRELOAD=/x'],
  User: 'root',
  Labels: { 'io.orrery.host': 'hst_x' },
  PortBindings: { '22/tcp': [{ HostPort: '22' }] },
  ExtraHosts: ['a:1.1.1.1'],
  Runtime: 'runc-root',
  Image: 'evil.example/x',
};
const HOST_CONFIG = { HostConfig: OPTIONS, ...OPTIONS };
const keys = [
  ...Object.keys(OPTIONS),
  ...[
    'HostConfig',
    'HOSTCONFIG',
    'privileged',
    'binds',
    'host_config',
    '_body',
    '_query',
    'abortSignal',
    'blueprint',
    'body',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'toJSON',
    'hasOwnProperty',
    'IMAGE',
    'Name',
    'imag\u0435',
    'name\u200b',
  ],
];
const values = [
  ...Object.values(OPTIONS),
  ...[
    HOST_CONFIG,
    { prototype: HOST_CONFIG },
    null,
    true,
    '',
    [],
    {},
    0,
    -1,
    0.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    2 ** 53,
    4096,
    4097,
    31,
  ],
  ...[
    '../../etc',
    'a/b',
    'a\nb',
    'a?name=x',
    'demo&x=1',
    '-a',
    'A',
    'd\u00e9mo',
    '\u202edemo',
    'a'.repeat(64),
    'container:abc',
    'host',
  ],
  ...[
    'attachment',
    'container',
    'membership',
    'router',
    LABELLED.workload,
    LABELLED.name,
    ...FOREIGN,
    'shop/db/2',
    '../x/1',
  ],
  ...[
    'zerotier/zerotier:1.14.2',
    'evil.example/zerotier/zerotier:1',
    'zerotieR/zerotier:1',
    'img?fromSrc=-',
    'img#x',
    'img\n',
    'deadbeef',
  ],
  ...[
    `zerotier/zerotier:1@sha256:${'e'.repeat(64)}`,
    `sha256:${'f'.repeat(64)}`,
    'a//b',
    'docker.io/../x',
    '8056c2e21c000001',
    '8056C2E21C000001',
    LABELLED.network,
  ],
];
/** What a stolen API would open: more than the policy lists, or words for nft. */
const OPENINGS = [
  ...[['0.0.0.0/0'], ['10.0.0.0/8'], ['192.168.0.0/15'], ['8.8.8.8/32'], ['fd00::/8'], ['::/0'], []],
  ...[['192.168.10.0/24', '8.8.8.0/24'], ['192.168.0.0/16', '10.9.9.0/24'], ['192.168.77.0/24'], ['192.168.10.77/24']],
  ...[
    ['192.168.10.0/24 }; flush ruleset'],
    ['192.168.10.0/24\naccept'],
    ['192.168.10.0/24', 'accept'],
    ['0xc0a80a00/24'],
  ],
];
values.push(...OPENINGS);
const fields = [
  'id',
  'node',
  'name',
  'image',
  'incarnation',
  'intent',
  'kind',
  'revision',
  'network',
  'nodeKind',
  'workload',
  'networkName',
  'prefixes',
];

interface Change {
  item: number;
  place: 'state' | 'item' | 'limits' | 'settings';
  key: string;
  value: unknown;
}
const change: fc.Arbitrary<Change> = fc.record({
  item: fc.nat(7),
  place: fc.constantFrom('state', 'item', 'item', 'limits', 'settings'),
  key: fc.oneof(
    { arbitrary: fc.constantFrom(...keys), weight: 3 },
    { arbitrary: fc.constantFrom(...fields, 'memoryMb', 'pids', 'allowManaged'), weight: 2 },
    { arbitrary: fc.string(), weight: 1 },
  ),
  value: fc.oneof({ arbitrary: fc.constantFrom(...values), weight: 4 }, { arbitrary: fc.jsonValue(), weight: 1 }),
});

type Raw = Record<string, unknown>;
/** As an own property, even where JavaScript would take it for something else. */
const put = (target: unknown, key: string, value: unknown) =>
  typeof target === 'object' &&
  target !== null &&
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

function stateOf(changes: readonly Change[]): { text: string; items: Raw[] } {
  const base = (number: number) => ({
    id: id('itm', number),
    revision: 1,
    intent: 'present',
    node: id('nod', number % 2),
  });
  const items: Raw[] = [0, 1].map((number) => ({
    ...{ ...base(number), kind: 'container', name: `demo-${number}`, image: null, incarnation: 0 },
    limits: { memoryMb: 256, pids: 128 },
  }));
  const attached = { ...items[0], ...base(4), node: id('nod', 4), kind: 'attachment', name: 'sidecar' };
  const joined = (number: number, network: number, node = base(number).node) => ({
    ...{ ...base(number), node, kind: 'membership', nodeKind: 'container', network: `8056c2e21c00000${network}` },
    settings: { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false },
  });
  items.push(joined(2, 2), joined(3, 3));
  items.push({ ...attached, limits: { memoryMb: 256, pids: 128 }, workload: LABELLED.workload });
  // The name of a network is what a hostile API says.
  items.push(joined(5, 2, attached.node), { ...joined(6, 3, attached.node), networkName: LABELLED.network });
  items.push({ ...base(7), kind: 'router', network: '8056c2e21c000003', prefixes: ['192.168.10.0/24'] });
  const state: Raw = { host: '$HOST', revision: '$REVISION', items };
  for (const { item, place, key, value } of changes) {
    const of = items[item] as Raw;
    put(place === 'state' ? state : place === 'item' ? of : of[place], key, value);
  }
  return { text: JSON.stringify(state), items: JSON.parse(JSON.stringify(items)) as Raw[] };
}

const text = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);
const whole = (value: unknown, least: number, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;

/**
 * The allowed sources of a container, read again from the raw items, without the code under test. `db`: the engine's id
 * of the workload that may be attached.
 */
function trustedOf(items: readonly Raw[], narrow: boolean, db: string): Trusted[] {
  const networksOf = (node: unknown) =>
    items.flatMap(({ kind, node: of, network, intent }) =>
      kind === 'membership' &&
      intent === 'present' &&
      of === node &&
      text(network, /^[0-9a-f]{16}$/) &&
      !(narrow && network.endsWith('3'))
        ? [network]
        : [],
    );
  const insideOf = (workload: unknown) =>
    workload === LABELLED.workload || workload === LABELLED.name ? { workload, engineId: db } : undefined;
  return items.flatMap(
    ({ id: item, node, name, kind, intent, image = null, incarnation, limits, workload }): Trusted[] => {
      const inside = kind === 'attachment' && !narrow ? insideOf(workload) : undefined;
      const { memoryMb, pids } = (limits ?? {}) as Raw;
      const reference = image ?? 'zerotier/zerotier:1.14.2';
      const networks = networksOf(node).filter((network) => !inside || network === LABELLED.network);
      const isRight =
        (kind === 'container' || inside !== undefined) &&
        intent === 'present' &&
        text(item, /^itm_[a-z2-7]{20}$/) &&
        text(node, /^nod_[a-z2-7]{20}$/) &&
        text(name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/) &&
        text(reference, narrow ? /^zerotier\/zerotier:[\w.-]+$/ : /^[a-z0-9][\w.\-/:]*(@sha256:[0-9a-f]{64})?$/) &&
        whole(memoryMb, 32, narrow ? 512 : 4096) &&
        whole(pids, 16, 4096) &&
        whole(incarnation, 0, Number.MAX_SAFE_INTEGER);
      const one = { item, node, name, image: reference, memoryMb, pids, incarnation, networks, inside } as Trusted;
      if (!isRight) return [];
      const isRouter = kind === 'container' && !narrow && openable(items, node).length > 0;
      return isRouter ? [one, { ...one, forwards: true }] : [one];
    },
  );
}

/** The prefixes that routers in a node may open: those that both its items and the policy name. */
const openable = (items: readonly Raw[], of?: unknown): string[] =>
  items.flatMap(({ kind, node, intent, prefixes }) =>
    kind === 'router' && intent === 'present' && (of === undefined || of === node) && Array.isArray(prefixes)
      ? prefixes.filter((one) => text(one, /^192\.168(\.\d{1,3}){2}\/(1[6-9]|2\d|3[0-2])$/))
      : [],
  );
/** `192.168.10.77/24` is written as its network. */
const networkOf = (prefix: string): string => {
  const { value, bits } = parsePrefix(prefix) as Prefix;
  return formatPrefix({ version: 4, value, bits });
};
const OPEN = { routers: ['192.168.0.0/16'] };

/** The table for nft with its prefixes taken out; it is always this one. */
const TABLE =
  /^add table ip orrery\ndelete table ip orrery\ntable ip orrery \{\n {2}chain forward \{\n {4}type filter hook forward priority 0; policy drop;\n[^;]*\n {2}\}\n {2}chain postrouting \{\n {4}type nat hook postrouting priority 100; policy accept;\n {4}meta mark 0x6f727279 masquerade comment "orrery"\n {2}\}\n\}\n$/;
const prefixesIn = (table: string) =>
  [...table.matchAll(/\{ ([\d./, ]+) \}/g)].flatMap(([, set = '']) => set.split(', '));

/** Image names that could climb out of the path of an engine request, tried in each run. */
const CLIMBING = ['docker.io/../x', 'a/../../containers/x', 'a/..:1', 'docker.io//x'].map(
  (value): [Change[], boolean] => [[{ item: 0, place: 'item', key: 'image', value }], false],
);
const NARROW = {
  workloads: 'none',
  images: ['zerotier/zerotier:*'],
  containers: { max: 1, memoryMb: 512 },
  networks: { deny: ['*3'] },
};

describe('a hostile API', () => {
  let host: SignedHost;
  let db: string;
  beforeAll(async () => {
    host = await SignedHost.open();
  });
  afterAll(() => host?.close());
  const fresh = () => {
    host.engine.requests.length = 0;
    host.tables.length = 0;
    host.engine.containers = [];
    host.engine.images.clear();
    const compose = (service: string) => ({
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': '1',
    });
    const foreign = (name: string, NetworkMode: string, Labels = {}) =>
      host.engine.seed(name, { HostConfig: { NetworkMode }, Labels, Image: 'postgres:18' });
    foreign('plain', 'shop_default');
    foreign('on-host', 'host', { 'orrery.network': 'lab' });
    foreign('on-other', `container:${'a'.repeat(64)}`, { 'orrery.network': 'lab' });
    db = foreign(LABELLED.name, 'shop_default', { ...compose('db'), 'orrery.network': LABELLED.network });
  };
  const created = () =>
    host.engine.requests.filter(({ path, query }) => path === '/containers/create' && query.has('name'));

  it(`sends no byte outside the closed profile to the engine, in ${RUNS} signed states`, async () => {
    const seen = { rejected: 0, made: 0, nothing: 0, opened: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), fc.boolean(), async (changes, narrow) => {
        fresh();
        const { text: body, items } = stateOf(changes);
        const result = await host.make(body, narrow ? NARROW : OPEN, 1);
        expect(await outOfProfile(host.engine.requests, host.host, trustedOf(items, narrow, db))).toEqual([]);
        for (const table of host.tables) {
          expect(table).toMatch(TABLE);
          const mayOpen = narrow ? [] : openable(items).map(networkOf);
          expect(prefixesIn(table).filter((prefix) => !mayOpen.includes(prefix))).toEqual([]);
          if (prefixesIn(table).length > 0) seen.opened += 1;
        }
        if (narrow) expect(created().length).toBeLessThanOrEqual(1);
        if (result !== 'accepted') seen.rejected += 1;
        else if (created().length > 0) seen.made += 1;
        else seen.nothing += 1;
      }),
      { numRuns: RUNS, examples: CLIMBING },
    );
    // The states must not all be so broken that no container is ever created.
    expect(seen.made).toBeGreaterThan(RUNS / 4);
    expect(seen.rejected).toBeGreaterThan(0);
    expect(seen.opened).toBeGreaterThan(RUNS / 8);
  });

  it('has a valid state created and started', async () => {
    fresh();
    const { text: body, items } = stateOf([]);
    await host.make(body, OPEN, 2);
    expect(created()).toHaveLength(3);
    expect(created().filter(({ body: sent }) => sent.includes('"net.ipv4.ip_forward":"1"'))).toHaveLength(1);
    expect(new Set(host.tables.flatMap(prefixesIn))).toEqual(new Set(['192.168.10.0/24']));
    expect(created().filter(({ body: sent }) => sent.includes(`container:${db}`))).toHaveLength(1);
    expect(host.engine.requests.filter(({ path }) => path.endsWith('/start')).length).toBeGreaterThanOrEqual(2);
    expect(await outOfProfile(host.engine.requests, host.host, trustedOf(items, false, db))).toEqual([]);
  });

  it('opens nothing where the policy lists nothing', async () => {
    fresh();
    await host.make(stateOf([]).text, {}, 2);
    expect(created()).toHaveLength(3);
    expect(created().filter(({ body: sent }) => sent.includes('"net.ipv4.ip_forward":"1"'))).toEqual([]);
    expect(host.tables).toEqual([]);
  });

  it.each(Object.entries(OPTIONS))('would be noticed by this test if it got %s through', async (key, value) => {
    const [of] = trustedOf(stateOf([]).items, false, db) as [Trusted];
    const profile = JSON.parse(profileOf(host.host, 'orrery', of, '25000')) as { HostConfig: Raw } & Raw;
    const at = (body: object) => ({
      ...{ method: 'POST', path: '/containers/create', query: new URLSearchParams({ name: 'orrery-demo-0' }) },
      ...{ headers: {}, body: Buffer.from(JSON.stringify(body)) },
    });
    const wider = [
      { ...profile, [key]: value },
      { ...profile, HostConfig: { ...profile.HostConfig, [key]: value } },
    ].map(at);
    expect(await outOfProfile([at(profile)], host.host, [of])).toEqual([]);
    expect(await outOfProfile(wider, host.host, [of])).toHaveLength(2);
  });
});
