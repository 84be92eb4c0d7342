import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Command,
  ControllerAccepted,
  ControllerPage,
  DryRun,
  Host,
  HostPage,
  Network,
  NetworkMade,
  NetworkPage,
  NetworkPatch,
  NetworkPost,
  type RouteOverlap,
} from '@orrery/shared/contracts';
import { temporaryFolder } from '../support/servers.js';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { command, controller, host, id, KEPT, keptNetwork, LAB, network, stages } from './support/stub-data.js';

const TRANSCRIPT =
  'lab  3e92c1f0a7000001  private, admits this fleet   pool 10.182.44.0/24 (overlaps no route of 1 host)   controller lap-7';

let api: StubApi;
beforeEach(async () => {
  api = await StubApi.start();
});
afterEach(() => api.close());
const orrery = (line: string, answer?: string) => runCli(line, api.env, answer === undefined ? {} : { answer });
const bodies = (route: string) => api.asked(route).map(({ body }) => body);

describe('network create', () => {
  const controllers = (...names: string[]) =>
    api.on('GET /v1/controllers', () =>
      json(ControllerPage, { items: names.map((name, index) => controller(name, {}, index + 1)), next: null }),
    );
  const made = (more: Partial<Network> = {}, checkedHosts: number | null = 1, overlaps: RouteOverlap[] = []) =>
    api.on('POST /v1/networks', () => json(NetworkMade, { ...keptNetwork(more), checkedHosts, overlaps }, 201));
  beforeEach(() => {
    controllers('lap-7');
    made();
  });

  it('prints the new network in one line, and lets the API choose everything', async () => {
    expect(await orrery('network create lab')).toEqual({ code: 0, out: TRANSCRIPT, err: '' });
    expect(bodies('POST /v1/networks')).toEqual([{ name: 'lab' }]);
  });

  it('adapts the line to the settings of the network', async () => {
    const { config, admission } = keptNetwork();
    const pools = [
      { start: '10.182.44.1', end: '10.182.44.254' },
      { start: '10.9.0.5', end: '10.9.0.9' },
    ];
    const policy = { ...admission!, by: 'selector' as const, selector: 'site=cloud', for: '8h' };
    made({ name: null, config: { ...config!, pools }, admission: policy }, null);
    expect((await orrery('network create lab')).out).toBe(
      `${KEPT}  ${KEPT}  private, admits this fleet where site=cloud for 8h   pools 10.182.44.0/24, 10.9.0.5-10.9.0.9   controller lap-7`,
    );
    made({ config: { ...config!, private: false, pools: [] } }, 3);
    expect((await orrery('network create lab')).out).toContain('public, admits anybody   no pool   controller');
    made({}, 3);
    expect((await orrery('network create lab')).out).toContain('(overlaps no route of 3 hosts)');
  });

  it('accepts a given pool even if hosts have a route to it, and names those hosts', async () => {
    const target = '10.182.44.0/24';
    made({}, null, [
      { target, host: 'web-3', prefix: '10.0.0.0/8' },
      { target, host: null, prefix: null },
    ]);
    const { code, out, err } = await orrery(`network create lab --pool ${target}`);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`pool ${target} (overlaps routes of 2 hosts)   controller`),
    ]);
    expect(err.split('\n')).toEqual([
      `web-3 has a route to 10.0.0.0/8: its own zerotier-one will not accept ${target}`,
      `a host outside your scope has a route: its own zerotier-one will not accept ${target}`,
    ]);
    made(
      {},
      null,
      Array.from({ length: 12 }, (_, at) => ({ target, host: `web-${at}`, prefix: '10.0.0.0/8' })),
    );
    expect((await orrery(`network create lab --pool ${target}`)).err.split('\n').slice(9)).toEqual([
      expect.stringContaining('web-9 has a route'),
      'and 2 more hosts',
    ]);
  });

  it('sends the flags as the contract defines them', async () => {
    const line =
      'network create lab --controller lap-7 --pool 10.1.2.0/24 --pool 10.9.0.10-10.9.0.99,fd00:1::/64 --route 10.9.0.0/24,0.0.0.0/0=10.1.2.1 --route 10.1.2.0/24 --dns lab.lan=10.1.2.1,10.1.2.2 --mtu 1400 --multicast-limit 0 --no-broadcast --public --v4 none --v6 rfc4193,pools --admit site=cloud,!spot --for 8h --on-leave keep';
    expect((await orrery(line)).code).toBe(0);
    const [body] = bodies('POST /v1/networks');
    expect(NetworkPost.safeParse(body).success).toBe(true);
    expect(body).toEqual({
      name: 'lab',
      controller: 'lap-7',
      config: {
        private: false,
        pools: [
          { start: '10.1.2.1', end: '10.1.2.254' },
          { start: '10.9.0.10', end: '10.9.0.99' },
          { start: 'fd00:1::1', end: 'fd00:1::ffff:ffff:ffff:ffff' },
        ],
        routes: [
          { target: '10.9.0.0/24', via: null },
          { target: '0.0.0.0/0', via: '10.1.2.1' },
          { target: '10.1.2.0/24', via: null },
          { target: 'fd00:1::/64', via: null },
        ],
        dns: { domain: 'lab.lan', servers: ['10.1.2.1', '10.1.2.2'] },
        ...{ mtu: 1400, multicastLimit: 0, broadcast: false },
        v4: { pools: false },
        v6: { pools: true, rfc4193: true, sixPlane: false },
      },
      admission: { by: 'selector', selector: 'site=cloud,!spot', for: '8h', onLeave: 'keep' },
    });
    expect(api.asked('GET /v1/controllers')).toEqual([]);
  });

  it('turns on IPv6 addresses when an IPv6 pool is given', async () => {
    await orrery('network create lab --pool fd00:1::/64');
    expect(bodies('POST /v1/networks')[0]).toMatchObject({ config: { v6: { pools: true, rfc4193: false } } });
  });

  it('reads flow rules, tags and capabilities from a file, and names the wrong one', async () => {
    const folder = await temporaryFolder('rules');
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const rules = [{ type: 'MATCH_ETHERTYPE', etherType: 2048, not: true }, { type: 'ACTION_DROP' }];
    await orrery(`network create lab --rules ${await file('array.json', JSON.stringify(rules))}`);
    const all = { rules, tags: [{ id: 1 }], capabilities: [] };
    await orrery(`network create lab --rules ${await file('all.json', JSON.stringify(all))}`);
    expect(bodies('POST /v1/networks')).toMatchObject([{ config: { rules } }, { config: all }]);
    const wrong = await orrery(`network create lab --rules ${await file('wrong.json', '[{"type":"ACTION_DORP"}]')}`);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('rules.0.type')]);
    expect((await orrery(`network create lab --rules ${await file('text.json', 'drop all')}`)).code).toBe(2);
    expect((await orrery(`network create lab --rules ${folder}/none.json`)).err).toContain('no such file');
    expect(bodies('POST /v1/networks')).toHaveLength(2);
  });

  it.each([
    'network create',
    'network create LAB',
    'network create 3e92c1f0a7000001',
    'network create lab --pool 10.1.2.3/24',
    'network create lab --pool 10.1.2.9-10.1.2.1',
    'network create lab --route 10.1.2.3/24',
    'network create lab --route 10.1.2.0/24=gateway',
    'network create lab --dns lab.lan',
    'network create lab --dns lab.lan=resolver',
    'network create lab --mtu 100',
    'network create lab --v6 slaac',
    'network create lab --public --private',
    'network create lab --admit site==cloud',
    'network create lab --for 2s',
    'network create lab --for soon',
    'network create lab --on-leave forget',
    'network create lab --wait=soon',
  ])('rejects `%s` before anything is sent', async (line) => {
    expect((await orrery(line)).code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it('prints the answer of the API with -o json, and the name with -o name', async () => {
    expect(JSON.parse((await orrery('network create lab -o json')).out)).toEqual({
      ...keptNetwork(),
      checkedHosts: 1,
      overlaps: [],
    });
    expect((await orrery('network create lab -o name')).out).toBe('lab');
  });

  it('reports findings of the new network, and that its controller does not have it yet', async () => {
    const findings = [
      {
        code: 'network-without-addresses' as const,
        severity: 'warning' as const,
        cause: 'no pool',
        fix: 'give one',
        commands: [],
      },
    ];
    made({ findings, sync: { state: 'pending', cause: 'lap-7 is away' } });
    const { code, out, err } = await orrery('network create lab');
    expect([code, out]).toEqual([0, TRANSCRIPT]);
    expect(err.split('\n')).toEqual([
      'not on its controller yet: lap-7 is away',
      'network-without-addresses: no pool',
      '  fix give one',
    ]);
  });

  it('waits with --wait until its controller has it: exits 0, or 3 at the timeout', async () => {
    const sync = { state: 'pending' as const, cause: 'lap-7 is away' };
    made({ sync });
    api.on(`GET /v1/networks/${KEPT}`, () => json(Network, keptNetwork({ sync })));
    expect((await orrery('network create lab --wait=20ms')).code).toBe(3);
    api.on(`GET /v1/networks/${KEPT}`, () => json(Network, keptNetwork()));
    expect(await orrery('network create lab --wait')).toEqual({ code: 0, out: TRANSCRIPT, err: '' });
  });

  it('lists the candidates when there are several controllers, and uses the given one', async () => {
    controllers('lap-7', 'web-1');
    api.on('POST /v1/networks', ({ body }) =>
      (body as NetworkPost).controller
        ? json(NetworkMade, { ...keptNetwork(), checkedHosts: 1, overlaps: [] }, 201)
        : problem(409, 'no-controller', 'there are several', { candidates: ['lap-7', 'web-1'] }),
    );
    expect(await orrery('network create lab')).toMatchObject({
      code: 4,
      err: expect.stringContaining('  lap-7\n  web-1'),
    });
    expect((await orrery('network create lab --controller web-1')).code).toBe(0);
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1', {}, 2)));
    expect((await orrery('network create lab --on web-1')).code).toBe(0);
    expect(bodies('POST /v1/networks').slice(1)).toMatchObject([{ controller: 'web-1' }, { controller: id('ctl', 2) }]);
  });

  describe('on a fleet without a controller', () => {
    const launch = command({ target: 'controller on lap-7', networks: [] });
    const hosts = (...items: Host[]) => api.on('GET /v1/hosts', () => json(HostPage, { items, next: null }));
    const ends = (more: Partial<Command>) =>
      api.on(`GET /v1/commands/${launch.id}`, () => json(Command, { ...launch, ...more }));
    beforeEach(() => {
      controllers();
      hosts(host('lap-7'));
      api.on('POST /v1/controllers', () =>
        json(ControllerAccepted, { command: launch, controller: controller('lap-7') }, 202),
      );
      ends({ state: 'done', stages: stages(['pull', 900, 'zerotier/zerotier:1.14.2']) });
    });

    it('launches one on the only host, prints its stages on stderr, then creates the network there', async () => {
      const { code, out, err } = await orrery('network create lab');
      expect([code, out]).toEqual([0, TRANSCRIPT]);
      expect(err.split('\n').slice(0, 3)).toEqual([
        'No controller yet: launching one on lap-7',
        'launch controller on lap-7',
        expect.stringMatching(/^ {2}✓ pull +zerotier\/zerotier:1\.14\.2 +0\.90 s$/),
      ]);
      expect(bodies('POST /v1/controllers')).toEqual([{ kind: 'self-hosted', host: id('hst') }]);
      expect(bodies('POST /v1/networks')).toEqual([{ name: 'lab', controller: id('ctl') }]);
    });

    it('uses the first suitable host by name, and says how to choose another', async () => {
      hosts(
        host('a-away', { presence: 'unreachable' }, 1),
        host('b-paused', { paused: true }, 2),
        host('c-without', { engine: null }, 3),
        host('d-simulated', { simulated: true }, 4),
        host('z-1', {}, 5),
        host('web-9', {}, 6),
      );
      const { err } = await orrery('network create lab');
      expect(err).toContain('launching one on web-9 (the first of 2 suitable hosts; --on HOST chooses)');
      api.on('GET /v1/hosts/z-1', () => json(Host, host('z-1', {}, 5)));
      await orrery('network create lab --on z-1');
      const asked = [{ host: id('hst', 6) }, { host: id('hst', 5) }];
      expect(bodies('POST /v1/controllers')).toMatchObject(asked);
    });

    it('is refused when no host is suitable, and uses a simulated host only if there is no other', async () => {
      hosts(host('web-1', { presence: 'unreachable' }));
      const { code, err } = await orrery('network create lab');
      expect([code, err]).toEqual([4, expect.stringContaining('no-controller')]);
      expect(bodies('POST /v1/controllers')).toEqual([]);
      hosts(host('sim-1', { simulated: true }));
      expect((await orrery('network create lab')).code).toBe(0);
    });

    it('creates no network when the controller fails or is late, and says why', async () => {
      const outcome = {
        kind: 'failed' as const,
        code: 'disk-full' as const,
        cause: 'no room',
        fix: 'make room',
        commands: [],
      };
      ends({ state: 'failed', outcome });
      const failed = await orrery('network create lab');
      expect([failed.code, failed.out]).toEqual([1, '']);
      expect(failed.err).toContain('controller lap-7 is not ready: no room (disk-full)');
      expect(failed.err).toContain('fix   make room. Then: `orrery network create lab`');
      ends({ state: 'delivered' });
      expect((await orrery('network create lab --wait=20ms -o json')).code).toBe(3);
      expect(bodies('POST /v1/networks')).toEqual([]);
    });

    it('prints only the network on stdout with -o json', async () => {
      const { out, err } = await orrery('network create lab -o json');
      expect(JSON.parse(out)).toMatchObject({ id: KEPT });
      expect(err).toBe('No controller yet: launching one on lap-7');
    });

    it('plans only the controller with --dry-run', async () => {
      const steps = [{ step: 'create-container', target: 'controller', detail: '' }];
      api.on('POST /v1/controllers', () =>
        json(DryRun, { dryRun: true, changes: [], hosts: [{ host: { id: id('hst'), name: 'lap-7' }, steps }] }),
      );
      const { code, out } = await orrery('network create lab --dry-run');
      expect([code, out]).toEqual([0, expect.stringContaining('create-container')]);
      expect(bodies('POST /v1/networks')).toEqual([]);
    });
  });
});

describe('a network', () => {
  const kept = (more: Partial<Network> = {}) =>
    api.on('GET /v1/networks/lab', () => ({ ...json(Network, keptNetwork(more)), headers: { etag: '"3"' } }));

  it('is listed with its admission policy and controller', async () => {
    const items = [keptNetwork(), network({ name: 'office' })];
    api.on('GET /v1/networks', () => json(NetworkPage, { items, next: null }));
    const [head, first, second] = (await orrery('network ls --controller lap-7')).out.split('\n');
    expect(head).toMatch(/^NETWORK +NAME +MEMBERSHIPS +OK +WAITING +ADMITS +CONTROLLER$/);
    expect(first).toMatch(/^3e92c1f0a7000001 +lab +0 +0 +0 +fleet +lap-7$/);
    expect(second).toMatch(/^8056c2e21c000001 +office +1 +1 +0 +- +8056c2e21c \(not ours\)$/);
    expect(api.requests[0]?.query.controller).toBe('lap-7');
  });

  it('is shown with its settings and problems', async () => {
    const findings = [
      {
        code: 'pool-exhausted' as const,
        severity: 'error' as const,
        cause: '300 nodes',
        fix: 'a larger pool',
        commands: [],
      },
    ];
    kept({ findings, sync: { state: 'pending', cause: 'lap-7 is away' } });
    const { out } = await orrery('network get lab');
    for (const line of [
      /^pools +10\.182\.44\.0\/24$/m,
      /^routes +10\.182\.44\.0\/24$/m,
      /^broadcast +yes$/m,
      /^flow rules +1 rule$/m,
      /^on leave +deauthorize$/m,
      /^applied +not yet: lap-7 is away$/m,
      /^error +pool-exhausted: 300 nodes$/m,
      /^fix +a larger pool$/m,
    ])
      expect(out).toMatch(line);
    expect(JSON.parse((await orrery('network get lab -o json')).out)).toMatchObject({ id: KEPT, findings });
  });

  describe('set', () => {
    const patches = () => api.asked(`PATCH /v1/networks/${KEPT}`);
    beforeEach(() => {
      kept();
      api.on(`PATCH /v1/networks/${KEPT}`, () => json(Network, keptNetwork({ version: 4 })));
    });

    it('changes only the given settings of the version that it read', async () => {
      expect((await orrery('network set lab --mtu 1400 --broadcast --private')).code).toBe(0);
      expect(patches()[0]?.headers['if-match']).toBe('"3"');
      expect(patches()[0]?.body).toEqual({ config: { private: true, mtu: 1400, broadcast: true } });
      await orrery('network set lab --pool none --route none --dns none --v6 none --name shop');
      const v6 = { pools: false, rfc4193: false, sixPlane: false };
      expect(patches()[1]?.body).toEqual({ name: 'shop', config: { pools: [], routes: [], dns: null, v6 } });
      for (const { body } of patches()) expect(NetworkPatch.safeParse(body).success).toBe(true);
    });

    it('keeps the parts of the admission policy that are not given', async () => {
      const admission = { by: 'selector' as const, selector: 'site=cloud', for: '1m', onLeave: 'keep' as const };
      kept({ admission });
      await orrery('network set lab --for 8h');
      await orrery('network set lab --for none');
      await orrery('network set lab --admit fleet');
      await orrery('network set lab --on-leave deauthorize');
      expect(patches().map(({ body }) => (body as NetworkPatch).admission)).toEqual([
        { ...admission, for: '8h' },
        { ...admission, for: null },
        { ...admission, by: 'fleet', selector: null },
        { ...admission, onLeave: 'deauthorize' },
      ]);
    });

    it('keeps the routes when the pool changes, and adds the route of the new pool', async () => {
      await orrery('network set lab --pool 10.5.0.0/16');
      expect(patches()[0]?.body).toEqual({
        config: {
          pools: [{ start: '10.5.0.1', end: '10.5.255.254' }],
          routes: [
            { target: '10.182.44.0/24', via: null },
            { target: '10.5.0.0/16', via: null },
          ],
        },
      });
    });

    it('is refused when somebody else changed the network meanwhile', async () => {
      api.on(`PATCH /v1/networks/${KEPT}`, () => problem(412, 'revision-conflict', 'it is at version 4'));
      expect((await orrery('network set lab --mtu 1400')).code).toBe(4);
    });
  });

  it('can get a name, and nothing else, if Orrery does not manage or know it', async () => {
    api.on(`GET /v1/networks/${LAB}`, () => json(Network, network()));
    api.on(`PUT /v1/networks/${LAB}`, () => json(Network, network({ name: 'shop' })));
    api.on(`PATCH /v1/networks/${LAB}`, () => problem(409, 'network-not-kept', 'somebody else keeps it'));
    expect((await orrery(`network set ${LAB} --name shop -o name`)).out).toBe('shop');
    api.on(`GET /v1/networks/${LAB}`, () => problem(404, 'unknown-network', 'there is none'));
    expect((await orrery(`network set ${LAB} --name shop`)).code).toBe(0);
    expect(bodies(`PUT /v1/networks/${LAB}`)).toEqual([{ name: 'shop' }, { name: 'shop' }]);
    expect((await orrery(`network set ${LAB} --name shop --mtu 1400`)).err).toContain('network-not-kept');
    expect((await orrery(`network set ${LAB}`)).code).toBe(2);
  });

  it('is deleted only when the name is typed, or with --yes', async () => {
    kept({ memberships: { total: 2, ok: 2, waiting: 0, pending: 0 } });
    const path = `DELETE /v1/networks/${KEPT}`;
    api.on(path, ({ query }) =>
      query.confirm === 'lab' ? json(Network, keptNetwork()) : problem(409, 'confirmation-required', 'which?'),
    );
    expect((await orrery('network rm lab')).code).toBe(4);
    expect((await orrery('network rm lab', 'yes')).code).toBe(4);
    expect(api.asked(path)).toEqual([]);
    const typed = await orrery('network rm lab', 'lab');
    expect(typed.err).toContain('2 nodes here are in it. Each keeps its interface and address for about a minute');
    expect(typed.err).toContain(`Delete network lab (${KEPT})? Type its name to confirm:`);
    expect([typed.code, typed.out]).toEqual([0, expect.stringContaining('deleted network lab')]);
    expect((await orrery('network rm lab --yes')).code).toBe(0);
    expect(api.asked(path).map(({ query }) => query)).toEqual([{ confirm: 'lab' }, { confirm: 'lab' }]);
  });

  it('loses only its name here if Orrery does not manage it, and is refused without asking if it has none', async () => {
    api.on('GET /v1/networks/lab', () => json(Network, network()));
    api.on(`DELETE /v1/networks/${LAB}`, () => json(Network, network()));
    expect((await orrery('network rm lab', 'lab')).code).toBe(4);
    const { code, out, err } = await orrery('network rm lab', 'y');
    expect([code, out]).toEqual([0, `forgot the name of network lab (${LAB})`]);
    expect(err).toContain('Its controller keeps the network. [y/N]');
    api.on(`GET /v1/networks/${LAB}`, () => json(Network, network({ name: null })));
    const unnamed = await orrery(`network rm ${LAB}`, 'y');
    expect([unnamed.code, unnamed.err]).toEqual([4, expect.stringContaining('network-not-kept')]);
    expect(unnamed.err).not.toContain('[y/N]');
  });
});
