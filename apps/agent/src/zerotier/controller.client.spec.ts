import { beforeEach, describe, expect, it } from '@jest/globals';
import { ControllerNetwork, ControllerRecord, NEW_NETWORK, type NetworkConfig } from '@orrery/shared/contracts';
import { LocalApiError, type Answer, type LocalHttp, type Question } from '@orrery/shared/machine';
import { recordings } from '../../../../test/support/zerotier/contract/recordings.js';
import { IDENTITY_BYTES, identityFrom } from '../../../../libs/simulator/src/model/identity.js';
import { MemoryWorld } from '../../../../libs/simulator/src/model/memory-world.js';
import type { Controller } from '../../../../libs/simulator/src/model/controller.js';
import { BulkRecords, DaemonRecord, NetworkList, RecordList } from './controller-answers.js';
import { ControllerClient } from './controller.client.js';
import { DaemonControllerNetwork } from './controller-network.js';

const TOKEN = 'token';
const CONFIG: NetworkConfig = {
  ...NEW_NETWORK,
  pools: [
    { start: '10.9.0.10', end: '10.9.0.250' },
    { start: 'fd00:0:0:0::10', end: 'fd00::ff' },
  ],
  routes: [
    { target: '10.9.0.0/24', via: null },
    { target: '192.168.9.0/24', via: '10.9.0.1' },
  ],
  dns: { domain: 'lab.test', servers: ['10.9.0.1'] },
  mtu: 1400,
  broadcast: false,
  multicastLimit: 8,
  v6: { pools: true, rfc4193: true, sixPlane: false },
  rules: [{ type: 'MATCH_ETHERTYPE', etherType: 2048, not: true }, { type: 'ACTION_DROP' }, { type: 'ACTION_ACCEPT' }],
  tags: [{ id: 7, default: 1 }],
  capabilities: [{ id: 9, rules: [{ type: 'ACTION_ACCEPT' }] }],
};

/** The daemon of the model, some of whose answers a test can replace. */
class ModelHttp implements LocalHttp {
  readonly asked: string[] = [];
  readonly world = new MemoryWorld({ now: 0, implicit: null, planet: false });
  readonly address: string;
  instead: (question: Question) => Answer | Error | undefined = () => undefined;

  constructor(controller?: Controller | null) {
    const { identity } = identityFrom(new Uint8Array(IDENTITY_BYTES).fill(7));
    this.address = identity.address;
    this.world.start({ identity, token: TOKEN, ...(controller !== undefined && { controller }) });
  }

  async ask(question: Question): Promise<Answer> {
    const { method, path, body, signal } = question;
    signal?.throwIfAborted();
    this.asked.push(`${method} ${path}`);
    const other = this.instead(question);
    if (other instanceof Error) throw other;
    if (other) return other;
    const text = method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {};
    const answer = this.world.handle(this.address, { method, path, headers: { 'x-zt1-auth': TOKEN }, ...text });
    if (!answer) throw new LocalApiError('unreachable', 'no answer');
    await Promise.resolve();
    return { status: answer.status, body: answer.body === '' ? '' : (JSON.parse(answer.body) as unknown) };
  }

  answering(pattern: RegExp, answer: Answer | Error): void {
    this.instead = ({ method, path }) => (pattern.test(`${method} ${path}`) ? answer : undefined);
  }
}

const open = (http: LocalHttp, expected?: string, signal = new AbortController().signal) =>
  new ControllerClient({
    ...{ http, expected, signal },
    explain: (error) => ({ message: `explained: ${(error as Error).message}`, fix: 'start it' }),
  });
const addresses = (many: number) =>
  Array.from({ length: many }, (_, at) => (0xa000000000 + at * 7919).toString(16)).sort();

describe('the client of a controller', () => {
  let http: ModelHttp;
  let controller: ControllerClient;
  let network: string;

  beforeEach(() => {
    http = new ModelHttp();
    controller = open(http, http.address);
    network = `${http.address}000042`;
  });

  it('finds a controller, its address and its networks', async () => {
    expect(await controller.probe()).toEqual({ address: http.address, version: '1.14.1', networks: [] });
    await controller.putNetwork(network, 'lab', NEW_NETWORK);
    await controller.putNetwork(`${http.address}000041`, 'lab', NEW_NETWORK);
    expect((await controller.probe()).networks).toEqual([`${http.address}000041`, network]);
  });

  it('creates a network with every setting, changes it, and removes settings again', async () => {
    const made = await controller.putNetwork(network, 'lab', CONFIG);
    expect(ControllerNetwork.parse(made)).toEqual(made);
    const { pools, ...others } = made.config;
    expect(made).toMatchObject({ id: network, name: 'lab' });
    expect(pools).toEqual([CONFIG.pools[0], { start: 'fd00::10', end: 'fd00::ff' }]);
    expect({ ...others, pools: CONFIG.pools }).toEqual(CONFIG);
    expect((await controller.putNetwork(network, 'other', NEW_NETWORK)).config).toMatchObject({
      ...{ pools: [], routes: [], dns: null, tags: [], capabilities: [], mtu: 2800 },
    });
    expect(await controller.network(network)).toMatchObject({ name: 'other' });
  });

  it('deletes a network, and succeeds when there is none', async () => {
    await controller.putNetwork(network, 'lab', NEW_NETWORK);
    await controller.deleteNetwork(network);
    await controller.deleteNetwork(network);
    expect((await controller.probe()).networks).toEqual([]);
  });

  it('authorizes a node unknown to the controller, changes only the given fields, and deletes the record', async () => {
    await controller.putNetwork(network, 'lab', CONFIG);
    const address = '0123456789';
    const change = { address, authorized: true, name: 'web', addresses: ['10.9.0.77'] };
    const [made] = await controller.putRecords(network, [change]);
    expect(ControllerRecord.parse(made)).toEqual({ ...change, bridge: false, noAutoAssign: false, version: null });
    await controller.putRecords(network, [{ address, bridge: true, noAutoAssign: true }]);
    expect(await controller.records(network, null, 10)).toEqual({
      records: [{ ...made, bridge: true, noAutoAssign: true }],
      more: false,
    });
    await controller.deleteRecords(network, [address]);
    await controller.deleteRecords(network, [address]);
    expect(await controller.records(network, null, 10)).toEqual({ records: [], more: false });
  });

  it('makes the first request of a change of records in advance, once and for one change', async () => {
    await controller.putNetwork(network, 'lab', CONFIG);
    const [again, put] = [open(http, http.address), [{ address: '0123456789', authorized: true }]];
    const since = () => http.asked.splice(0).map((question) => question.replace(network, 'it'));
    since();
    again.lookAhead(network);
    await again.putRecords(network, put);
    const write = 'POST /controller/network/it/member/0123456789';
    expect(since()).toEqual(['GET /status', 'GET /controller/network/it', write]);
    await again.putRecords(network, put);
    expect(since()).toEqual(['GET /controller/network/it', write]);
  });

  it('passes on the failure of a request made in advance when records are changed', async () => {
    controller.lookAhead(network);
    const change = { address: '0123456789', authorized: true };
    await expect(controller.putRecords(network, [change])).rejects.toMatchObject({ code: 'unknown-network' });
    expect(http.asked.filter((question) => question.startsWith('POST'))).toEqual([]);
  });

  it('returns 300 records page by page, in the order of their addresses', async () => {
    await controller.putNetwork(network, 'lab', CONFIG);
    const all = addresses(300);
    await controller.putRecords(
      network,
      all.toReversed().map((address) => ({ address, authorized: true })),
    );
    const seen: string[] = [];
    for (let more = true, after: string | null = null; more;) {
      const page = await controller.records(network, after, 128);
      seen.push(...page.records.map(({ address }) => address));
      after = seen.at(-1) ?? null;
      more = page.more;
    }
    expect(seen).toEqual(all);
    expect(await controller.records(network, all.at(-1) ?? '', 128)).toEqual({ records: [], more: false });
  });
});

describe('the client of a controller of another release', () => {
  let http: ModelHttp;
  let controller: ControllerClient;
  let network: string;
  const all = addresses(9);

  beforeEach(async () => {
    http = new ModelHttp();
    controller = open(http);
    network = `${http.address}000042`;
    await controller.putNetwork(network, 'lab', NEW_NETWORK);
    await controller.putRecords(
      network,
      all.map((address) => ({ address, authorized: true })),
    );
    http.asked.length = 0;
  });

  it('fetches all records in one answer when possible, and otherwise one by one', async () => {
    const inBulk = await controller.records(network, null, 100);
    expect(http.asked.filter((line) => /\/member/.test(line))).toEqual([
      `GET /controller/network/${network}/member`,
      `GET /unstable/controller/network/${network}/member`,
    ]);
    http.answering(/unstable/, { status: 404, body: '' });
    expect(await controller.records(network, null, 100)).toEqual(inBulk);
    expect(http.asked.slice(-9)).toEqual(all.map((address) => expect.stringContaining(`/member/${address}`)));
  });

  it('reads the list of addresses in both shapes', async () => {
    const expected = await controller.records(network, null, 3);
    expect(expected).toMatchObject({ records: { length: 3 }, more: true });
    http.answering(/\d\/member$|[a-f]\/member$/, { status: 200, body: all.map((address) => ({ [address]: 1 })) });
    expect(await controller.records(network, null, 3)).toEqual(expected);
  });

  it('reads the list of networks in every shape', async () => {
    for (const body of [[network], [{ id: network, name: 'lab' }], [{ nwid: network }]]) {
      http.answering(/controller\/network$/, { status: 200, body });
      expect((await controller.probe()).networks).toEqual([network]);
    }
  });

  it('omits a record that is deleted after it was listed', async () => {
    http.answering(new RegExp(`member/${all[1]}$`), { status: 404, body: '' });
    const { records } = await controller.records(network, null, 3);
    expect(records.map(({ address }) => address)).toEqual([all[0], all[2]]);
  });

  it('never has more than four requests open at once', async () => {
    let now = 0;
    let most = 0;
    const counted: LocalHttp = {
      ask: async (question) => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        return http.ask(question).finally(() => now--);
      },
    };
    const changes = addresses(40).map((address) => ({ address, authorized: true }));
    expect(await open(counted).putRecords(network, changes)).toHaveLength(40);
    expect(most).toBe(4);
  });
});

describe('the client of a controller, in trouble', () => {
  let http: ModelHttp;
  let controller: ControllerClient;
  let network: string;

  beforeEach(async () => {
    http = new ModelHttp();
    controller = open(http, http.address);
    network = `${http.address}000042`;
    await controller.putNetwork(network, 'lab', CONFIG);
    http.asked.length = 0;
  });

  it('reports that the controller is absent, for every request, when the build has none', async () => {
    const bare = new ModelHttp(null);
    const asks = [
      (client: ControllerClient) => client.probe(),
      (client: ControllerClient) => client.network(network),
      (client: ControllerClient) => client.putNetwork(network, 'lab', NEW_NETWORK),
      (client: ControllerClient) => client.records(network, null, 10),
      (client: ControllerClient) => client.putRecords(network, [{ address: '0123456789' }]),
      (client: ControllerClient) => client.deleteRecords(network, ['0123456789']),
      (client: ControllerClient) => client.deleteNetwork(network),
    ];
    for (const ask of asks) {
      await expect(ask(open(bare))).rejects.toMatchObject({
        code: 'controller-absent',
        fix: expect.stringContaining('zerotier/zerotier:1.14.2'),
      });
      await expect(ask(controller)).resolves.not.toThrow();
    }
  });

  it('reports that it is not ready while it is starting', async () => {
    http.answering(/controller/, { status: 503, body: {} });
    await expect(controller.probe()).rejects.toMatchObject({ code: 'controller-not-ready' });
    await expect(controller.putRecords(network, [{ address: '0123456789' }])).rejects.toMatchObject({
      code: 'controller-not-ready',
    });
    http.answering(/controller$/, { status: 200, body: { controller: true, databaseReady: false } });
    await expect(controller.probe()).rejects.toMatchObject({ code: 'controller-not-ready' });
  });

  it.each(['unreachable', 'refused', 'unauthorized'] as const)(
    'explains what it means that the daemon is %s, at the first request and later',
    async (trouble) => {
      const told = { code: 'controller-unreachable', message: 'explained: away', fix: 'start it' };
      http.answering(/status/, new LocalApiError(trouble, 'away'));
      await expect(open(http).probe()).rejects.toMatchObject(told);
      http.answering(/controller/, new LocalApiError(trouble, 'away'));
      await expect(controller.network(network)).rejects.toMatchObject(told);
    },
  );

  it('rejects the answers of any node but the expected one', async () => {
    await expect(open(http, 'ffffffffff').probe()).rejects.toMatchObject({
      code: 'controller-unreachable',
      message: expect.stringContaining('another node answers'),
    });
    expect(http.asked).toEqual(['GET /status']);
    await expect(open(http, http.address).probe()).resolves.toMatchObject({ networks: [network] });
  });

  it('reports an unknown network', async () => {
    const unknown = `${http.address}ffffff`;
    const told = { code: 'unknown-network', message: expect.stringContaining(unknown) };
    await expect(controller.network(unknown)).rejects.toMatchObject(told);
    await expect(controller.records(unknown, null, 10)).rejects.toMatchObject(told);
    await expect(controller.putRecords(unknown, [{ address: '0123456789' }])).rejects.toMatchObject(told);
    await expect(controller.deleteRecords(unknown, ['0123456789'])).rejects.toMatchObject(told);
    expect(http.asked.filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  it('refuses a network of another controller before it sends anything', async () => {
    const foreign = '1122334455000042';
    const refused = { code: 'foreign-network', message: expect.stringContaining('1122334455') };
    await expect(controller.putNetwork(foreign, 'x', NEW_NETWORK)).rejects.toMatchObject(refused);
    await expect(controller.putRecords(foreign, [{ address: '0123456789' }])).rejects.toMatchObject(refused);
    await expect(controller.deleteNetwork(foreign)).rejects.toMatchObject(refused);
    await expect(controller.records(foreign, null, 1)).rejects.toMatchObject(refused);
    expect(new Set(http.asked)).toEqual(new Set());
  });

  it('names the settings that the daemon dropped silently', async () => {
    const told = (what: RegExp) => ({ code: 'settings-refused', message: expect.stringMatching(what) });
    const dropping = (key: string, instead: unknown = []) =>
      (http.instead = (question) => {
        const { method, path, body } = question;
        if (method !== 'POST' || !body || !(key in body)) return undefined;
        http.instead = () => undefined;
        const left = Object.fromEntries(
          Object.entries(body).map(([name, value]) => [name, name === key ? instead : value]),
        );
        const text = { method, path, headers: { 'x-zt1-auth': TOKEN }, body: JSON.stringify(left) };
        const answer = http.world.handle(http.address, text);
        return { status: 200, body: JSON.parse(answer?.body ?? '') as unknown };
      });
    const put = (change: Partial<NetworkConfig> = {}) =>
      controller.putNetwork(network, 'lab', { ...CONFIG, multicastLimit: 9, ...change });
    dropping('ipAssignmentPools');
    await expect(put()).rejects.toMatchObject(told(/the pool 10\.9\.0\.10-10\.9\.0\.250, the pool fd00/));
    dropping('routes');
    await expect(put()).rejects.toMatchObject(told(/the route 10\.9\.0\.0\/24, the route 192\.168\.9\.0\/24 via 10/));
    dropping('rules');
    await expect(put()).rejects.toMatchObject(told(/3 flow rules \(it has 0\)/));
    dropping('tags');
    await expect(put()).rejects.toMatchObject(told(/the tag 7/));
    dropping('capabilities');
    await expect(put()).rejects.toMatchObject(told(/the capability 9/));
    dropping('dns', {});
    await expect(put()).rejects.toMatchObject(told(/DNS/));
    dropping('v6AssignMode');
    await expect(put()).rejects.toMatchObject(told(/IPv6 by pools true, RFC 4193 true/));
    dropping('ipAssignments');
    const record = { address: '0123456789', authorized: true, addresses: ['10.9.0.66'] };
    await expect(controller.putRecords(network, [record])).rejects.toMatchObject(told(/10\.9\.0\.66/));
    await expect(put()).resolves.toMatchObject({ id: network });
    await expect(controller.putRecords(network, [record])).resolves.toMatchObject([record]);
  });

  it('calls an unreadable answer garbage, and uses none of it', async () => {
    for (const answer of [
      { status: 200, body: 'no json' },
      { status: 200, body: { data: 7 } },
      { status: 500, body: {} },
    ]) {
      http.answering(/controller/, answer);
      await expect(controller.records(network, null, 10)).rejects.toMatchObject({ trouble: 'garbage' });
    }
  });

  it('stops after the first record that cannot be written, or when the signal of its caller fires', async () => {
    const all = addresses(30);
    http.answering(new RegExp(`POST .*${all[5]}`), new LocalApiError('unreachable', 'gone'));
    const changes = all.map((address) => ({ address, authorized: true }));
    await expect(controller.putRecords(network, changes)).rejects.toMatchObject({ code: 'controller-unreachable' });
    expect(http.asked.filter((line) => line.startsWith('POST')).length).toBeLessThan(12);
    const stopped = AbortSignal.abort(new Error('stopping'));
    await expect(open(http, http.address, stopped).probe()).rejects.toThrow('stopping');
  });
});

describe('the recording of a real controller', () => {
  const bodies = (path: RegExp, method = 'GET') =>
    recordings
      .filter(
        ({ request, response }) => request.method === method && path.test(request.path) && response.status === 200,
      )
      .map(({ response }) => response.body);

  it('can be read: networks, records, and lists of them', () => {
    const networks = [...bodies(/controller\/network\/\w{16}$/), ...bodies(/controller\/network\/\w{16}$/, 'POST')];
    expect(networks.length).toBeGreaterThan(3);
    for (const body of networks) ControllerNetwork.parse(DaemonControllerNetwork.parse(body));
    const records = bodies(/\/member\/\w{10}$/, 'POST').map((body) => DaemonRecord.parse(body));
    expect(records.map(({ authorized }) => authorized)).toContain(true);
    for (const body of bodies(/^\/controller\/network$/)) expect(NetworkList.parse(body)).toEqual(['f5a6c572f6438598']);
    for (const body of bodies(/^\/controller\/network\/\w{16}\/member$/))
      expect(RecordList.parse(body)).toEqual(['34c61d4de0', '38bba1b421', '3a4f1af7fa', '9115e5a540']);
    const [bulk] = bodies(/^\/unstable\/controller\/network\/\w{16}\/member$/);
    expect(BulkRecords.parse(bulk)).toHaveLength(4);
  });

  it('distinguishes nodes that asked to join from those that never did', () => {
    const [seen] = bodies(/\/member\/9115e5a540$/).map((body) => DaemonRecord.parse(body));
    expect(seen).toMatchObject({ authorized: false, version: 'unknown' });
    const [never] = bodies(/\/member\/0123456789$/, 'POST').map((body) => DaemonRecord.parse(body));
    expect(never).toMatchObject({ authorized: true, version: null });
    expect(
      DaemonRecord.parse({ ...(bodies(/\/member\/9115e5a540$/)[0] as object), vMajor: 1, vMinor: 14, vRev: 1 }),
    ).toMatchObject({
      version: '1.14.1',
    });
  });

  it('shows the valid settings of a network when others are invalid', () => {
    const [body] = bodies(/controller\/network\/\w{16}$/) as [object];
    const strange = {
      ipAssignmentPools: [{ ipRangeStart: 'x' }, { ipRangeStart: '10.0.0.1', ipRangeEnd: '10.0.0.9' }],
    };
    const rules = [{ type: 'ACTION_LEVITATE' }, { type: 'ACTION_DROP', not: false, or: false }];
    expect(DaemonControllerNetwork.parse({ ...body, ...strange, rules, mtu: 99 }).config).toMatchObject({
      pools: [{ start: '10.0.0.1', end: '10.0.0.9' }],
      rules: [{ type: 'ACTION_DROP' }],
      mtu: 2800,
    });
  });
});
