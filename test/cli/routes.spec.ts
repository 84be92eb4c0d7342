import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Command,
  CommandPage,
  DryRun,
  KeptRoute,
  KeptRoutePage,
  RouteAdded,
  RouteRemoved,
  type HostRef,
  type NotTaken,
  type ShownOutcome,
} from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { command, host, id, KEPT, keptRoute } from './support/stub-data.js';

const ROUTES = `/v1/networks/lab/routes`;
const ONE = `${ROUTES}/192.168.10.0-24`;
const BY_ID = `/v1/networks/${KEPT}/routes/${id('rte')}`;
const LINE = 'route add 192.168.10.0/24 --network lab --via onprem-1 --via onprem-2/edge';

let api: StubApi;
beforeEach(async () => {
  api = await StubApi.start();
});
afterEach(() => api.close());
const orrery = (line: string, answer?: string) => runCli(line, api.env, answer === undefined ? {} : { answer });
const bodies = (route: string) => api.asked(route).map(({ body }) => body);

const group = id('cmd', 9);
const commandOf = (number: number, more: Partial<Command> = {}) =>
  command({ action: 'route', target: `onprem-${number}/lab-router in lab`, group, ...more }, number);
const commands = [commandOf(1), commandOf(2)];
const done: ShownOutcome = { kind: 'done' };
const { via } = keptRoute();
const addresses = ['10.182.44.7', '10.182.44.8'];
const withAddresses = via.map((one, at) => ({ ...one, address: addresses[at] as string }));
const forwarding = keptRoute({ via: withAddresses.map((one) => ({ ...one, outcome: done })) });
const announced: Partial<KeptRoute> = {
  ...{ state: 'announced', cause: null },
  announced: [{ target: '192.168.10.0/24', via: '10.182.44.7' }],
};
const added = (notTaken: NotTaken[] = [], joinedAgain: HostRef[] = []) =>
  api.on('POST ' + ROUTES, () => json(RouteAdded, { route: keptRoute(), group, commands, notTaken, joinedAgain }, 202));
/** What the route is, each time that somebody looks; the last one stays. */
const shows = (...routes: KeptRoute[]) => {
  let at = 0;
  api.on(`GET ${BY_ID}`, () => json(KeptRoute, routes[Math.min(at++, routes.length - 1)] as KeptRoute));
};
const commandsAre = (...items: Command[]) => api.on('GET /v1/commands', () => json(CommandPage, { items, next: null }));

describe('route add', () => {
  it('sends hosts and containers in their order, and prints the commands', async () => {
    added();
    const { code, out, err } = await orrery(LINE);
    expect(bodies('POST ' + ROUTES)).toEqual([
      { target: '192.168.10.0/24', via: [{ host: 'onprem-1' }, { host: 'onprem-2', container: 'edge' }] },
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')[0]).toBe('route onprem-1/lab-router in lab: delivered');
    expect(out).toContain(`orrery command wait ${commands[0]?.id} ${commands[1]?.id}`);
  });

  it('passes on what is to be checked in the LAN, and refuses what is no address', async () => {
    added();
    expect((await orrery(`${LINE} --check 192.168.10.20`)).code).toBe(0);
    expect((await orrery(`${LINE} --check 192.168.10.20:80`)).code).toBe(0);
    expect(bodies('POST ' + ROUTES)).toMatchObject([
      { check: { address: '192.168.10.20' } },
      { check: { address: '192.168.10.20', port: 80 } },
    ]);
    for (const wrong of ['printer', '192.168.10.20:0', '192.168.10.20:http', 'fd00::1', '192.168.10.20:80:80']) {
      const { code, err } = await orrery(`${LINE} --check ${wrong}`);
      expect([code, err]).toEqual([2, expect.stringContaining('is not an IPv4 address')]);
    }
    expect(bodies('POST ' + ROUTES)).toHaveLength(2);
  });

  it('tells with --wait how far it is, who will not take it, and who joins again for it', async () => {
    const refs = [host('onprem-3', {}, 3), host('db-1', {}, 4), host('web-1', {}, 5)].map(({ id, name }) => ({
      id,
      name,
    }));
    const [first, second, third] = refs as [HostRef, HostRef, HostRef];
    const notTaken = [
      { host: first, cause: 'its own route 192.168.10.0/24' },
      { host: second, cause: 'its settings' },
    ];
    added(notTaken, [third]);
    commandsAre(...commands);
    shows(keptRoute(), keptRoute({ via: withAddresses }), forwarding, { ...forwarding, ...announced });
    const { code, out } = await orrery(`${LINE} --wait`);
    expect(out.split('\n')).toEqual([
      '  ✓ routers     onprem-1/lab-router 10.182.44.7, standby onprem-2/lab-router 10.182.44.8',
      '  ✓ forwarding  onprem-1, onprem-2',
      '  ✓ announced   in lab; not taken by onprem-3 (its own route 192.168.10.0/24), db-1 (its settings); web-1 joins the network again for it',
    ]);
    expect(code).toBe(0);
  });

  it('ends with what failed on a host, with its fix', async () => {
    added();
    const outcome = {
      kind: 'failed',
      code: 'policy-denied',
      cause: 'its policy: routers',
      fix: 'Ask.',
      commands: [],
    } satisfies ShownOutcome;
    commandsAre(commandOf(1, { state: 'failed', outcome }), commandOf(2));
    shows(keptRoute());
    const { code, out } = await orrery(`${LINE} --wait`);
    expect(code).toBe(1);
    expect(out).toContain('✗ route onprem-1/lab-router in lab failed: its policy: routers (policy-denied)');
    expect(out).toContain('fix  Ask.');
  });

  it('says at the timeout what it still waits for', async () => {
    added();
    commandsAre(...commands);
    shows(keptRoute());
    const { code, out } = await orrery(`${LINE} --wait=1s`);
    expect(code).toBe(3);
    expect(out).toContain('192.168.10.0/24 is still waiting after');
    expect(out).toContain('onprem-1/lab-router has no address in lab yet');
  });

  it('prints only the result for scripts', async () => {
    added();
    commandsAre(...commands);
    shows({ ...forwarding, ...announced });
    expect((await orrery(`${LINE} --wait -o name`)).out).toBe('192.168.10.0/24');
    const { out } = await orrery(`${LINE} --wait -o json`);
    expect(KeptRoute.parse(JSON.parse(out)).state).toBe('announced');
    expect(RouteAdded.parse(JSON.parse((await orrery(`${LINE} -o json`)).out)).group).toBe(group);
  });

  it('needs a network and a router, and passes a refusal on', async () => {
    expect((await orrery('route add 192.168.10.0/24 --via onprem-1')).code).toBe(2);
    expect((await orrery('route add 192.168.10.0/24 --network lab')).code).toBe(2);
    expect(api.requests).toEqual([]);
    api.on('POST ' + ROUTES, () => problem(400, 'prefix-refused', '8.8.8.0/24 is not private', { fix: 'Another.' }));
    const { code, err } = await orrery('route add 8.8.8.0/24 --network lab --via onprem-1');
    expect([code, err]).toEqual([4, expect.stringContaining('8.8.8.0/24 is not private')]);
  });

  it('changes nothing with --dry-run', async () => {
    const changes = [
      {
        ...{ noun: 'route' as const, name: '192.168.10.0/24 in lab', action: 'create' as const },
        fields: [{ field: 'router', is: null, becomes: 'onprem-1/lab-router' }],
      },
    ];
    api.on('POST ' + ROUTES, () => json(DryRun, { dryRun: true, changes, hosts: [] }));
    const { out } = await orrery(`${LINE} --dry-run`);
    expect(api.asked('POST ' + ROUTES)[0]?.query).toEqual({ dryRun: 'true' });
    expect(out).toMatch(/create\s+route 192.168.10.0\/24 in lab/);
  });
});

describe('route ls and get', () => {
  it('show the router, its address, and who stands by', async () => {
    const items = [{ ...forwarding, ...announced }];
    api.on('GET /v1/routes', () => json(KeptRoutePage, { items, next: null }));
    const { out } = await orrery('routes --network lab');
    expect(api.asked('GET /v1/routes')[0]?.query).toMatchObject({ network: 'lab' });
    expect(out.split('\n')[1]).toMatch(
      /192\.168\.10\.0\/24\s+lab\s+announced\s+onprem-1\/lab-router 10\.182\.44\.7\s+\d+[a-z]+\s+onprem-2\/lab-router 10\.182\.44\.8/,
    );
    const check = { address: '192.168.10.20', port: 80 };
    api.on(`GET ${ONE}`, () => json(KeptRoute, keptRoute({ check })));
    const one = await orrery('route get 192.168.10.0/24 --network lab');
    expect(one.out).toMatch(/carried by\s+onprem-1\/lab-router since 20/);
    expect(one.out).toMatch(/check\s+192\.168\.10\.20:80/);
    expect(one.out).toMatch(/cause\s+onprem-1\/lab-router has no address in lab yet/);
    expect(one.out).toMatch(/router\s+onprem-2\/lab-router {2}no address yet {2}not reported yet/);
    for (const [hears, text] of [
      [true, 'hears onprem-1/lab-router'],
      [false, 'does not hear onprem-1/lab-router'],
    ] as const) {
      const via = keptRoute().via.map((router, index) => ({ ...router, hears: index === 1 ? hears : null }));
      api.on(`GET ${ONE}`, () => json(KeptRoute, keptRoute({ via })));
      expect((await orrery('route get 192.168.10.0/24 --network lab')).out).toContain(`not reported yet  ${text}`);
    }
  });
});

describe('route set', () => {
  it('names the next router, and waits until it carries the route', async () => {
    const next = { ...forwarding, router: 'onprem-2/lab-router', state: 'pending' as const, cause: 'not yet' };
    api.on(`PATCH ${ONE}`, () => json(KeptRoute, next));
    shows({ ...next, ...announced });
    const { code, out } = await orrery('route set 192.168.10.0/24 --network lab --via onprem-2 --wait');
    expect(bodies(`PATCH ${ONE}`)).toEqual([{ router: 'onprem-2' }]);
    expect([code, out]).toEqual([0, '  ✓ announced   in lab']);
    expect((await orrery('route set 192.168.10.0/24 --network lab')).code).toBe(2);
  });
});

describe('route rm', () => {
  const removed = () => api.on(`DELETE ${ONE}`, () => json(RouteRemoved, { route: keptRoute(), group, commands }, 202));

  it('asks first, and prints the commands', async () => {
    api.on(`GET ${ONE}`, () => json(KeptRoute, keptRoute()));
    removed();
    const line = 'route rm 192.168.10.0/24 --network lab';
    expect((await orrery(line)).code).not.toBe(0);
    expect(api.asked(`DELETE ${ONE}`)).toEqual([]);
    expect((await orrery(line, 'y')).code).toBe(0);
    expect((await orrery(`${line} --yes`)).out).toContain('route onprem-1/lab-router in lab');
  });

  it('waits for its hosts with --wait', async () => {
    removed();
    const ended = commands.map((one) => ({ ...one, state: 'done' as const, outcome: done, endedAt: one.createdAt }));
    for (const one of ended) api.on(`GET /v1/commands/${one.id}`, () => json(Command, one));
    const { code, out } = await orrery('route rm 192.168.10.0/24 --network lab --yes --wait');
    expect([code, out]).toEqual([0, expect.stringContaining('2 done')]);
  });
});
