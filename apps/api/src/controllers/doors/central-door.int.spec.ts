import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { ControllerNetwork, ControllerRecord, NEW_NETWORK, type NetworkConfig } from '@orrery/shared/contracts';
import { AppError, Secret } from '@orrery/shared/runtime';
import { inspect } from 'node:util';
import { freePort } from '../../../../../test/support/servers.js';
import { CentralStandin } from '../../../../../test/support/central/standin.js';
import type { Trouble } from '../../../../../test/support/central/trouble.js';
import type { CentralSettings } from './central-client.js';
import { CentralDoor } from './central-door.js';

/** Twenty requests in 50 ms: the document's limit, in a twentieth of the time. */
const FAST = { requests: 20, windowMs: 50 };
const NODE = 'abcdef0123';
const ABSENT = '8056c2e21c000001';
const LAB: NetworkConfig = {
  ...NEW_NETWORK,
  pools: [{ start: '10.1.2.1', end: '10.1.2.254' }],
  routes: [{ target: '10.1.2.0/24', via: null }],
  dns: { domain: 'lab.example', servers: ['10.1.2.3'] },
  mtu: 1400,
  v6: { pools: false, rfc4193: true, sixPlane: false },
  rules: [{ type: 'MATCH_ETHERTYPE', etherType: 2048, not: true }, { type: 'ACTION_DROP' }, { type: 'ACTION_ACCEPT' }],
  tags: [{ id: 1, default: 7 }],
};

/** Where the stand-in listens. */
const LOOPBACK = [parsePrefix('127.0.0.0/8') as Prefix];

let central: CentralStandin;
let door: CentralDoor;
const doorWith = (settings: Partial<CentralSettings> = {}) =>
  new CentralDoor({
    ...{ url: central.url, token: new Secret(central.token), allowed: LOOPBACK, pace: FAST },
    ...{ answerMs: 5_000, backoff: { firstMs: 10, maxMs: 20 } },
    ...settings,
  });

beforeEach(async () => {
  central = await CentralStandin.start(FAST);
  door = doorWith();
});
afterEach(async () => {
  door.close();
  await central.close();
});

const thrownBy = async (work: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await work.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};
const addressOf = (n: number) => (0xab_cde0_0000 + n).toString(16);
const newLab = async () => {
  const id = await door.newNetworkId();
  await door.putNetwork(id, 'lab', LAB);
  return id;
};

describe('ZeroTier Central as a controller', () => {
  afterEach(() => expect(central.offences).toEqual([])); // every request and answer conforms to the document

  it('is probed: it reports its networks, and no address of its own', async () => {
    const id = await newLab();
    expect(await door.probe()).toEqual({ address: null, zerotierVersion: null, networks: [id] });
  });

  it('picks the ID of a new network, which exists from then on', async () => {
    const id = await door.newNetworkId();
    const network = await door.network(id);
    expect(ControllerNetwork.parse(network)).toEqual(network);
    expect(network).toMatchObject({ id, config: { private: true } });
  });

  it('accepts the name and every setting of a network, repeatedly, and has them afterwards', async () => {
    const id = await door.newNetworkId();
    const wanted = { id, name: 'lab', config: LAB };
    expect(await door.putNetwork(id, 'lab', LAB)).toEqual(wanted);
    expect(await door.putNetwork(id, 'lab', LAB)).toEqual(wanted);
    expect(await door.network(id)).toEqual(wanted);
    expect(await door.putNetwork(id, 'lab-2', NEW_NETWORK)).toEqual({ id, name: 'lab-2', config: NEW_NETWORK });
  });

  it('refuses requests for a missing network, and creates none with an ID of ours', async () => {
    expect(await door.network(ABSENT)).toBeUndefined();
    for (const work of [
      door.putNetwork(ABSENT, 'lab', LAB),
      door.records(ABSENT),
      door.putRecords(ABSENT, [{ address: NODE, authorized: true }]),
    ])
      expect(await thrownBy(work)).toMatchObject({ code: 'unknown-network', kind: 'user' });
  });

  it('deletes a network and a record, and does not fail when that is repeated', async () => {
    const id = await newLab();
    await door.putRecords(id, [
      { address: NODE, authorized: true },
      { address: 'abcdef0124', authorized: true },
    ]);
    await door.deleteRecords(id, [NODE]);
    await door.deleteRecords(id, [NODE]);
    expect((await door.records(id)).map(({ address }) => address)).toEqual(['abcdef0124']);
    await door.deleteNetwork(id);
    await door.deleteNetwork(id);
    await door.deleteRecords(id, [NODE]);
    expect(await door.network(id)).toBeUndefined();
  });

  it('authorizes a node that it has never seen, and changes only the named fields of a record', async () => {
    const id = await newLab();
    const first = await door.putRecords(id, [
      { address: NODE, authorized: true, name: 'web-1', addresses: ['10.1.2.7'] },
    ]);
    const whole = { address: NODE, authorized: true, name: 'web-1', addresses: ['10.1.2.7'], bridge: false };
    expect(first).toEqual([{ ...whole, noAutoAssign: false, version: null }]);
    const then = await door.putRecords(id, [{ address: NODE, authorized: false, bridge: true, noAutoAssign: true }]);
    expect(then).toEqual([{ ...whole, authorized: false, bridge: true, noAutoAssign: true, version: null }]);
    expect(await door.records(id)).toEqual(then);
  });

  it('reports waiting nodes, with their versions but without the addresses from which they connected', async () => {
    const id = await newLab();
    central.account.hear(id, NODE, { version: '1.14.1', from: '203.0.113.9' });
    const records = await door.records(id);
    expect(records.map((record) => ControllerRecord.parse(record))).toEqual(records);
    expect(records).toMatchObject([{ address: NODE, authorized: false, version: '1.14.1' }]);
    expect(inspect(records)).not.toContain('203.0.113.9');
  });

  it('handles 300 records within its rate: it rejects no request, and they come back in order', async () => {
    const id = await newLab();
    const addresses = Array.from({ length: 300 }, (_, n) => addressOf(n));
    const put = await door.putRecords(
      id,
      addresses.map((address) => ({ address, authorized: true })),
    );
    expect(put.map(({ address }) => address)).toEqual(addresses);
    expect((await door.records(id)).filter(({ authorized }) => authorized)).toHaveLength(300);
    await door.deleteRecords(id, addresses);
    expect(await door.records(id)).toEqual([]);
    expect(central.turnedAway).toBe(0);
  });

  it('is queried by default as often as its document allows for a free account, and no more', async () => {
    const strict = await CentralStandin.start();
    const { id } = strict.account.createNetwork();
    const patient = new CentralDoor({ url: strict.url, token: new Secret(strict.token), allowed: LOOPBACK });
    await Promise.all(Array.from({ length: 45 }, () => patient.network(id)));
    expect(strict.turnedAway).toBe(0);
    expect(strict.asked).toHaveLength(45);
    patient.close();
    await strict.close();
  });

  it('rejects clients that exceed it: the control; their requests succeed later', async () => {
    const strict = await CentralStandin.start({ requests: 20, windowMs: 1000 });
    const { id } = strict.account.createNetwork();
    const settings = { pace: { requests: 1000, windowMs: 50 }, backoff: { firstMs: 1500, maxMs: 1500 } };
    const hasty = doorWith({ url: strict.url, ...settings });
    const networks = await Promise.all(Array.from({ length: 40 }, () => hasty.network(id)));
    expect(networks).toEqual(networks.map(() => expect.objectContaining({ id })));
    expect(strict.turnedAway).toBeGreaterThan(0);
    await strict.close();
  });

  it('lets a single request through between the hundreds of one call', async () => {
    const id = await newLab();
    const begun = central.asked.length;
    const many = door.putRecords(
      id,
      Array.from({ length: 80 }, (_, n) => ({ address: addressOf(n) })),
    );
    await door.network(id);
    const place = central.asked.slice(begun).findIndex(({ method }) => method === 'GET');
    expect(place).toBeLessThan(30);
    expect(await many).toHaveLength(80);
  });
});

describe('in trouble, ZeroTier Central', () => {
  const records = async (trouble: Trouble, settings: Partial<CentralSettings> = {}) => {
    const id = await newLab();
    const other = doorWith(settings);
    central.trouble(trouble, { when: ({ path }) => path.endsWith('/member') });
    const error = await thrownBy(other.records(id));
    central.calm();
    await expect(other.records(id)).resolves.toEqual([]); // the control: through the same door, without the trouble
    return error;
  };

  it.each<[string, Trouble, string]>([
    ['broken', { is: 'status', status: 500 }, '500'],
    ['overloaded', { is: 'status', status: 503, body: '<html>' }, '503'],
    ['a redirect', { is: 'status', status: 302, location: 'http://127.0.0.1:9/' }, 'a redirect'],
    ['garbage', { is: 'garbage', body: '<html>\u0007\nMaintenance' }, 'a web page instead of JSON'],
    ['JSON of another shape', { is: 'garbage', body: '{"a":1}', type: 'application/json' }, 'JSON of another shape'],
    ['empty', { is: 'garbage', body: '' }, 'with nothing'],
    ['cut short by a closed connection', { is: 'half' }, 'broke off'],
    ['cut short', { is: 'cut' }, 'or not all of it'],
    ['without end', { is: 'endless' }, 'longer than'],
    ['missing because the connection was closed', { is: 'hang-up' }, 'cannot be reached'],
  ])('is unreachable when its answer is %s, and the cause describes the answer', async (_, trouble, words) => {
    const error = await records(trouble, { answerMs: 30_000 });
    expect(error).toMatchObject({ code: 'controller-away', kind: 'operational' });
    expect(error.message).toContain(words);
    expect(error.fix).toBeTruthy();
  });

  it.each<[string, Trouble]>([
    ['says nothing', { is: 'silent' }],
    ['drips', { is: 'slow' }],
  ])('is unreachable when it %s for longer than an answer may take', async (_, trouble) => {
    const id = await newLab();
    central.trouble(trouble);
    const error = await thrownBy(doorWith({ answerMs: 200 }).records(id));
    expect(error).toMatchObject({ code: 'controller-away', kind: 'operational' });
    expect(error.message).toContain('within 200 ms');
    central.calm();
    await expect(door.records(id)).resolves.toEqual([]);
  });

  it('is unreachable when nothing listens there', async () => {
    const error = await thrownBy(doorWith({ url: `http://127.0.0.1:${await freePort()}/api/v1` }).probe());
    expect(error).toMatchObject({ code: 'controller-away', kind: 'operational' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('is not at a URL that answers 404 to everything, and the error says where to look', async () => {
    const error = await thrownBy(doorWith({ url: `${central.url}/elsewhere` }).probe());
    expect(error).toMatchObject({ code: 'controller-away', fix: expect.stringContaining('URL') });
  });

  it('quotes no part of broken JSON, which could contain addresses of nodes', async () => {
    const id = await newLab();
    central.account.hear(id, NODE, { version: '1.14.1', from: '203.0.113.9' });
    for (const trouble of [{ is: 'cut' }, { is: 'half' }] as const) {
      central.trouble(trouble, { times: 1 });
      expect(inspect(await thrownBy(door.records(id)), { depth: 9 })).not.toContain('203.0.113');
    }
  });

  it('stops a call of many requests at the first failure, and completes it when called again', async () => {
    const id = await newLab();
    const changes = Array.from({ length: 100 }, (_, n) => ({
      address: addressOf(n),
      authorized: true,
    }));
    central.trouble({ is: 'status', status: 502 }, { times: 1, when: ({ path }) => path.endsWith(addressOf(5)) });
    const begun = central.asked.length;
    expect(await thrownBy(door.putRecords(id, changes))).toMatchObject({ code: 'controller-away' });
    expect(central.asked.length - begun).toBeLessThan(30);
    expect(await door.putRecords(id, changes)).toHaveLength(100);
  });

  it('can refuse a request with 400, and its words are not repeated', async () => {
    const id = await newLab();
    central.trouble({ is: 'status', status: 400, body: 'rule 3 is none' });
    const error = await thrownBy(door.putNetwork(id, 'lab', LAB));
    expect(error).toMatchObject({ code: 'bad-request', kind: 'user', fix: expect.stringContaining('rules') });
    expect(error.message).toContain('400');
    expect(inspect(error, { depth: 9 })).not.toContain('rule 3');
  });

  const CANARY = 'canary-5f1e';
  const json = (body: unknown) => ({ is: 'garbage' as const, body: JSON.stringify(body), type: 'application/json' });
  const config = { routes: [{ target: 7, via: CANARY }], name: { [CANARY]: CANARY } };
  it.each<[string, Trouble]>([
    ...[300, 302, 400, 401, 403, 409, 418, 500, 502].map((status): [string, Trouble] => [
      `a body with status ${status}`,
      { is: 'status', status, body: CANARY, location: `http://${CANARY}/` },
    ]),
    ['a body that is not JSON', { is: 'garbage', body: `root:x:0:0:${CANARY}` }],
    ['the type of a body', { is: 'garbage', body: 'x', type: `text/${CANARY}` }],
    ['truncated JSON', { is: 'garbage', body: `{"id":"${CANARY}`, type: 'application/json' }],
    ['JSON of another shape', json({ id: CANARY, config: CANARY, [CANARY]: CANARY })],
    ['JSON whose fields are of other types', json({ id: '8056c2e21c000001', config })],
    ['JSON that is a string', json(CANARY)],
  ])('reveals nothing of %s but its status', async (_, trouble) => {
    const id = await newLab();
    central.trouble(trouble);
    const error = await thrownBy(door.network(id));
    expect(`${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)}`).not.toContain('canary');
    expect(error.message).toContain(trouble.is === 'status' ? String(trouble.status) : 'answered GET');
    central.calm();
    await expect(door.network(id)).resolves.toMatchObject({ id }); // the control
  });
});

describe('the token of ZeroTier Central', () => {
  it('is refused when it is wrong, whatever the request; the right one is not', async () => {
    const id = await newLab();
    const wrong = doorWith({ token: new Secret('adsf98ashdkjh3689adsfnj3$ADn') });
    for (const work of [
      () => wrong.probe(),
      () => wrong.newNetworkId(),
      () => wrong.network(id),
      () => wrong.putNetwork(id, 'mine', NEW_NETWORK),
      () => wrong.deleteNetwork(id),
      () => wrong.records(id),
      () => wrong.putRecords(id, [{ address: NODE, authorized: true }]),
      () => wrong.deleteRecords(id, [NODE]),
    ])
      expect(await thrownBy(work())).toMatchObject({ code: 'central-refused', kind: 'user' });
    expect(await door.network(id)).toMatchObject({ name: 'lab' });
  });

  it('may be one of the new Central, which looks like a wrong one: the fix says so, and what works', async () => {
    const error = await thrownBy(doorWith({ token: new Secret('whatever-a-service-account-has') }).probe());
    expect(error.fix).toContain('central.zerotier.com');
    expect(error.fix).toContain('orrery controller add HOST');
  });

  it('is not even sent to the new Central', async () => {
    const error = await thrownBy(doorWith({ url: 'https://central.zerotier.com/api/v2' }).probe());
    expect(error).toMatchObject({ code: 'central-new-unsupported', kind: 'user' });
  });

  it('is refused with 403 where its account lacks permission, and works where it has it', async () => {
    const id = await newLab();
    central.trouble({ is: 'status', status: 403 }, { when: ({ method }) => method === 'DELETE' });
    const error = await thrownBy(door.deleteNetwork(id));
    expect(error).toMatchObject({ code: 'central-refused' });
    expect(error.message).toContain('is not allowed to do this');
    expect(await door.network(id)).toBeDefined();
  });

  it('is in no error, whatever goes wrong, and in no printed form of the door; the host of the URL is', async () => {
    const id = await newLab();
    const seen: string[] = [inspect(door, { depth: 9, showHidden: true }), JSON.stringify(door)];
    const troubles: Trouble[] = [
      ...[400, 401, 403, 429, 500, 302].map((status) => ({ is: 'status' as const, status, body: central.token })),
      { is: 'garbage', body: `<p>token ${central.token}</p>` },
      { is: 'garbage', body: `{"${central.token}":"${central.token}"}`, type: 'application/json' },
      { is: 'hang-up' },
      { is: 'half' },
    ];
    for (const trouble of troubles) {
      central.calm();
      central.trouble(trouble);
      const error = await thrownBy(door.network(id));
      seen.push(inspect(error, { depth: 9 }), JSON.stringify(error), `${error.message} ${error.fix} ${error.stack}`);
    }
    expect(seen.join('\n')).not.toContain(central.token);
    expect(seen.join('\n')).toContain(new URL(central.url).host);
  });
});

describe('a 429', () => {
  it('pauses all requests for as long as it says; then they are answered', async () => {
    const id = await newLab();
    central.trouble({ is: 'status', status: 429, retryAfter: '1' }, { times: 1 });
    const began = performance.now();
    const first = door.network(id);
    await expect(first).resolves.toMatchObject({ id });
    expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
    expect(central.asked.slice(-2).map(({ path }) => path)).toEqual([`/network/${id}`, `/network/${id}`]);
  });

  it('without a pause is retried after one of ours', async () => {
    const id = await newLab();
    central.trouble({ is: 'status', status: 429 }, { times: 2 });
    await expect(door.network(id)).resolves.toMatchObject({ id });
  });

  it('that persists makes the controller unreachable, after four attempts', async () => {
    const id = await newLab();
    const begun = central.asked.length;
    central.trouble({ is: 'status', status: 429 });
    const error = await thrownBy(door.network(id));
    expect(error).toMatchObject({ code: 'controller-away', kind: 'operational' });
    expect(error.message).toContain('4 times');
    expect(central.asked.length - begun).toBe(4);
  });

  it('with a pause of an hour fails at once', async () => {
    const id = await newLab();
    central.trouble({ is: 'status', status: 429, retryAfter: '3600' }, { times: 1 });
    const error = await thrownBy(door.network(id));
    expect(error).toMatchObject({ code: 'controller-away' });
    expect(error.message).toContain('3600 s');
    await expect(door.network(id)).resolves.toMatchObject({ id });
  });
});
