import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Accepted, ApiTokenMade, CloudEvent, EventHistogram, EventPage } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { DataSource } from 'typeorm';
import { RunningApi } from '../../../../test/support/api.js';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { addHost, type RunningDataPlane, type TestHost } from '../../../../test/support/data-plane.js';
import { EventStream } from '../../../../test/support/event-stream.js';
import { joinHost, ListeningAgent } from '../../../../test/support/joined-host.js';
import { aMembership, engineDown, membershipFact, NETWORK, Reporter } from '../../../../test/support/reports.js';
import { eventually } from '../../../../test/support/servers.js';
import { EventsRepository } from './events.repository.js';
import { scopeOf } from '../../../../test/support/scope.js';

const { bench, api } = apiFixture();
let plane: RunningDataPlane;
let host: TestHost;
let agent: Reporter;
let count = 0;

const planeOf = (running: RunningApi): RunningDataPlane => ({
  app: running.app,
  database: running.app.get(DataSource),
  url: running.url,
  close: () => running.close(),
});

beforeAll(() => {
  plane = planeOf(api);
});

beforeEach(async () => {
  host = await addHost(plane.database, `told-${++count}`);
  agent = new Reporter(plane, host);
});

const list = async (query: string) => (await api.get(`/v1/events?${query}`, EventPage)).body;
/** A viewer; with a scope, of these hosts. */
const tokenOf = async (scope?: string) => {
  const body = {
    name: `viewer-${newId('tok').slice(-8)}`,
    role: 'viewer',
    ...(scope === undefined ? {} : { scope: scopeOf(scope) }),
  };
  return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body;
};
const causes = (events: readonly CloudEvent[]) => events.map(({ data }) => data.cause);
const follow = (query = '', headers: Record<string, string> = {}, from = api) =>
  EventStream.open(`${from.url}/v1/events/stream?${query}`, { authorization: `Bearer ${from.adminToken}`, ...headers });

describe('the list of events', () => {
  it('has the newest first, page by page, and the oldest first on request', async () => {
    await agent.say(...['a', 'b', 'c', 'd', 'e'].map(engineDown));
    const first = await list(`host=${host.name}&limit=2`);
    expect(causes(first.items)).toEqual(['e', 'd']);
    const second = await list(`host=${host.name}&limit=2&after=${first.next}`);
    expect(causes(second.items)).toEqual(['c', 'b']);
    const third = await list(`host=${host.name}&limit=2&after=${second.next}`);
    expect([causes(third.items), third.next]).toEqual([['a'], null]);
    const oldest = await list(`host=${host.id}&limit=2&order=asc`);
    expect(causes(oldest.items)).toEqual(['a', 'b']);
    expect(causes((await list(`host=${host.id}&limit=9&order=asc&after=${oldest.next}`)).items)).toEqual([
      'c',
      'd',
      'e',
    ]);
  });

  it('is found by anything that an event is about', async () => {
    await agent.say(
      engineDown('a'),
      membershipFact('network.joined', host.node, aMembership()),
      membershipFact('authorization.requested', host.node, aMembership({ status: 'ACCESS_DENIED' })),
    );
    const types = async (query: string) =>
      (await list(`host=${host.name}&order=asc&${query}`)).items.map(({ type }) => type.replace('io.orrery.', ''));
    expect(await types('')).toEqual(['host.engine-down', 'network.joined', 'authorization.requested']);
    expect(await types(`network=${NETWORK}`)).toEqual(['network.joined', 'authorization.requested']);
    expect(await types(`node=${host.name}`)).toEqual(['network.joined', 'authorization.requested']);
    expect(await types('type=authorization.*,host.engine-down')).toEqual([
      'host.engine-down',
      'authorization.requested',
    ]);
    expect(await types('since=1h')).toHaveLength(3);
    expect(await types('until=1h')).toEqual([]);
    expect(await types(`command=${newId('cmd')}`)).toEqual([]);
    await api.refused('GET', '/v1/events?host=nobody', 'unknown-host');
    await api.refused('GET', '/v1/events?type=%25', 'bad-request');
    await api.refused('GET', '/v1/events?after=elsewhere-3', 'bad-request');
  });

  it('finds every step of a command by its container', async () => {
    const joined = await joinHost(api, `commanded-${count}`);
    const launch = async () => {
      const body = { name: 'demo', networks: [NETWORK] };
      return (await api.ask('POST', `/v1/hosts/${joined.name}/containers`, Accepted, { body })).body.command.id;
    };
    await launch();
    await api.ask('DELETE', `/v1/commands/${await launch()}`, Accepted);
    const listening = await ListeningAgent.connect(joined);
    await launch();
    const told = async () => (await list(`container=${joined.name}/demo&type=command.*`)).items;
    const types = async () => new Set((await told()).map(({ type }) => type.replace('io.orrery.command.', '')));
    await eventually(async () => (await types()).has('delivered'), { what: 'the command being delivered' });
    expect([...(await types())].sort()).toEqual(['cancelled', 'created', 'delivered', 'superseded']);
    expect(new Set((await told()).map(({ subject }) => subject))).toEqual(new Set([`${joined.name}/demo/${NETWORK}`]));
    await listening.close();
  });

  it('shows when a late event happened, whatever the clock of its host shows, in commit order', async () => {
    await plane.database.query(`UPDATE hosts SET created_at = now() - interval '1 hour' WHERE id = $1`, [host.id]);
    const stream = await follow(`host=${host.name}`);
    const clock = (ago: number) => new Date(Date.now() + 86_400_000 - ago).toISOString();
    const late = agent.number(engineDown('a minute ago')).map((event) => ({ ...event, at: clock(60_000) }));
    // Postgres was down when it happened: it is sent again until it is stored.
    await agent.sendText(JSON.stringify({ epoch: agent.epoch, from: 1, at: clock(0), events: late }));
    const now = agent.number(engineDown('now')).map((event) => ({ ...event, at: clock(0) }));
    await agent.sendText(JSON.stringify({ epoch: agent.epoch, from: 2, at: clock(0), events: now }));

    const ages = (events: readonly CloudEvent[]) =>
      events.map(({ data, time, orrerycommittime }) => [
        data.cause,
        Math.round((Date.parse(orrerycommittime) - Date.parse(time)) / 10_000),
      ]);
    const expected = [
      ['a minute ago', 6],
      ['now', 0],
    ];
    const { items } = await list(`host=${host.name}&order=asc`);
    expect(ages(items)).toEqual(expected);
    expect(items.map(({ orreryhosttime }) => orreryhosttime)).toEqual([late[0]?.at, now[0]?.at]);
    expect(items.map(({ id }) => Number(id.split('-')[1]))).toEqual(
      items.map(({ id }) => Number(id.split('-')[1])).sort((a, b) => a - b),
    );
    await eventually(() => stream.events.length === 2);
    expect(ages(stream.events)).toEqual(expected);
    stream.close();
  });

  it('does not believe a host that something happened there before the host was known', async () => {
    const at = '1970-01-01T00:00:00.000Z';
    const events = agent.number(engineDown('long ago')).map((event) => ({ ...event, at }));
    await agent.sendText(JSON.stringify({ epoch: agent.epoch, from: 1, at: new Date().toISOString(), events }));
    const [row] = await plane.database.query<{ at: Date }[]>('SELECT created_at AS at FROM hosts WHERE id = $1', [
      host.id,
    ]);
    expect((await list(`host=${host.name}`)).items.map(({ time }) => time)).toEqual([row?.at.toISOString()]);
  });

  it('still has the history of a removed host, under its name', async () => {
    await agent.say(engineDown('a'));
    await plane.database.query('UPDATE hosts SET removed_at = now() WHERE id = $1', [host.id]);
    expect(causes((await list(`host=${host.name}`)).items)).toEqual(['a']);
  });

  it('returns one event by its ID', async () => {
    await agent.say(engineDown('a'));
    const [event] = (await list(`host=${host.name}`)).items as [CloudEvent];
    expect((await api.get(`/v1/events/${event.id}`, CloudEvent)).body).toEqual(event);
    await api.refused('GET', '/v1/events/elsewhere-1', 'unknown-event');
    await api.refused('GET', '/v1/events/nonsense', 'unknown-event');
  });
});

describe('many streams', () => {
  const OF_A_TOKEN = 20;

  it('of one token are limited: when one is closed, another is accepted, and other tokens are not affected', async () => {
    const { secret } = await tokenOf();
    const headers = { authorization: `Bearer ${secret}` };
    const open = await Promise.all(Array.from({ length: OF_A_TOKEN }, () => follow('', headers)));
    const refused = await api.refused('GET', '/v1/events/stream', 'too-many-streams', { token: secret });
    expect(refused.headers.get('retry-after')).toBe('10');
    (await follow()).close();
    open.pop()?.close();
    open.push(await eventually(() => follow('', headers), { what: 'another is accepted' }));
    open.forEach((stream) => stream.close());
  });

  it('of the same scope share each read of the database, and see the same', async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => tokenOf(`hosts:who=${host.name}`)));
    await plane.database.query('UPDATE hosts SET labels = $2 WHERE id = $1', [host.id, { who: host.name }]);
    const list = jest.spyOn(api.app.get(EventsRepository, { strict: false }), 'list');
    const streams = await Promise.all(
      tokens.flatMap(({ secret }) =>
        Array.from({ length: 15 }, () => follow('', { authorization: `Bearer ${secret}` })),
      ),
    );
    const ofStreams = () => list.mock.calls.filter(([{ upTo }]) => upTo !== undefined).length;
    const told = ['a', 'b', 'c', 'd'];
    const other = new Reporter(plane, await addHost(plane.database, `other-${count}`));
    const before = ofStreams();
    for (const cause of told) {
      await other.say(engineDown(`not for them ${cause}`));
      await agent.say(engineDown(cause));
      await eventually(() => streams.every(({ events }) => causes(events).includes(cause)), {
        what: `all see ${cause}`,
      });
    }
    for (const stream of streams) expect(causes(stream.events)).toEqual(told);
    // Two events for each cause, and a few late streams: far from one read for each of 45 streams.
    expect(ofStreams() - before).toBeLessThan(45);
    list.mockRestore();
    streams.forEach((stream) => stream.close());
  });
});

describe('the stream of events', () => {
  it('sends new events, filtered as requested', async () => {
    await agent.say(engineDown('before'));
    const [all, some] = [await follow(`host=${host.name}`), await follow(`host=${host.name}&type=network.*`)];
    expect(all.headers.get('content-type')).toBe('text/event-stream');
    await agent.say(engineDown('after'), membershipFact('network.joined', host.node, aMembership()));
    await eventually(() => all.events.length === 2 && some.events.length === 1);
    expect(all.events.map(({ type }) => type)).toEqual(['io.orrery.host.engine-down', 'io.orrery.network.joined']);
    expect(some.events.map(({ type }) => type)).toEqual(['io.orrery.network.joined']);
    all.close();
    some.close();
  });

  it('resumes without a gap and without a repetition, however often it is cut while much happens', async () => {
    const replica = await (await RunningApi.start(bench, { ORRERY_HOME: api.home })).ready();
    const agents = await Promise.all(
      Array.from({ length: 4 }, async () => new Reporter(plane, await addHost(plane.database, `busy-${++count}`))),
    );
    const got: CloudEvent[] = [];
    let stream = await follow();
    let last = stream.lastId;
    const cut = async (from: RunningApi) => {
      stream.close();
      got.push(...stream.events);
      last = stream.lastId ?? last;
      stream = await follow('', last === undefined ? {} : { 'last-event-id': last }, from);
    };
    await eventually(() => (last = stream.lastId) !== undefined);
    const work = agents.map(async (each, index) => {
      for (let round = 0; round < 40; round++) {
        const body = JSON.stringify({
          epoch: each.epoch,
          from: each.seq + 1,
          events: each.number(engineDown('x'), engineDown('y')),
        });
        const at = index % 2 ? planeOf(replica) : plane;
        expect(await each.sendText(body, at)).toMatchObject({ result: 'stored' });
      }
    });
    const cutting = (async () => {
      for (let n = 0; n < 12; n++) await cut(n % 2 ? replica : api);
    })();
    await Promise.all([...work, cutting]);
    await eventually(() => got.length + stream.events.length >= 320, { within: 30_000, what: 'all 320 events' });
    got.push(...stream.events);
    stream.close();
    const ours = new Set(agents.map(({ host: { id } }) => id as string));
    const seen = got.filter(({ orreryhost }) => orreryhost && ours.has(orreryhost)).map(({ id }) => id);
    const there = (await list('order=asc&limit=500&type=host.engine-down&since=10m')).items;
    expect(seen).toEqual(there.filter(({ orreryhost }) => orreryhost && ours.has(orreryhost)).map(({ id }) => id));
    expect(seen).toHaveLength(320);
    await replica.close();
  }, 60_000);

  it('reads events from the database that are no longer in memory, and continues live', async () => {
    const stream = await follow(`host=${host.name}`);
    await eventually(() => stream.lastId !== undefined);
    const start = stream.lastId as string;
    stream.close();
    for (let round = 0; round < 5; round++)
      await agent.say(...Array.from({ length: 500 }, (_, n) => engineDown(`${n}`)));
    const late = await follow(`host=${host.name}&after=${start}`);
    await eventually(() => late.events.length === 2500, { within: 15_000, what: '2,500 events from the past' });
    await agent.say(engineDown('live'));
    await eventually(() => late.events.length === 2501);
    expect(late.events.at(-1)?.data).toEqual({ cause: 'live' });
    late.close();
  });

  it.each([
    ['another store', 'elsewhere-3'],
    ['nothing at all', 'nonsense'],
    ['the future', 'STORE-999999'],
  ])('sends reset, with the ID from which it continues, to a client that comes from %s', async (_name, from) => {
    await agent.say(engineDown('a'));
    const [event] = (await list('limit=1')).items as [CloudEvent];
    const store = event.id.split('-')[0] as string;
    const stream = await follow('', { 'last-event-id': from.replace('STORE', store) });
    await eventually(() => stream.messages.length > 0);
    const [reset] = stream.messages;
    expect(reset?.event).toBe('reset');
    expect(JSON.parse(reset?.data ?? '')).toEqual({ id: reset?.id });
    expect(reset?.id).toMatch(new RegExp(`^${store}-\\d+$`));
    await agent.say(engineDown('b'));
    await eventually(() => stream.events.some(({ data }) => data.cause === 'b'));
    stream.close();
  });

  it('ends when the database turns out to be an older one, and sends reset to clients that come back', async () => {
    await agent.say(engineDown('a'), engineDown('b'));
    const stream = await follow(`host=${host.name}`);
    await agent.say(engineDown('c'));
    await eventually(() => stream.events.length === 1);
    // As after a restore from before the last three events: they are gone, and connections were cut.
    const last = Number(stream.lastId?.split('-')[1]);
    await plane.database.query('DELETE FROM events WHERE id > $1', [last - 3]);
    await plane.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'orrery-api notifications' AND datname = current_database()`,
    );
    await eventually(() => stream.ended, { what: 'the end of the stream' });
    const again = await follow(`host=${host.name}`, { 'last-event-id': stream.lastId as string });
    await eventually(() => again.messages.some(({ event }) => event === 'reset'));
    again.close();
  });

  it('refuses a client without a token, and a filter that matches nobody', async () => {
    await api.refused('GET', '/v1/events/stream', 'unauthenticated', { token: null });
    await api.refused('GET', '/v1/events/stream?host=nobody', 'unknown-host');
  });

  it('ends when the process stops, and does not delay that', async () => {
    const replica = await (await RunningApi.start(bench, { ORRERY_HOME: api.home })).ready();
    const stream = await follow('', {}, replica);
    await eventually(() => stream.lastId !== undefined);
    const began = performance.now();
    await replica.close();
    expect(performance.now() - began).toBeLessThan(20_000);
    await eventually(() => stream.ended);
  });
});

describe('the histogram of events', () => {
  const histogram = async (query: string, token?: string) =>
    (await api.ask('GET', `/v1/events/histogram?${query}`, EventHistogram, token === undefined ? {} : { token })).body;
  const totals = ({ buckets }: EventHistogram) => {
    const sums: Record<string, number> = {};
    for (const { counts } of buckets)
      for (const [key, count] of Object.entries(counts)) sums[key] = (sums[key] ?? 0) + count;
    return sums;
  };
  const denied = () => membershipFact('authorization.requested', host.node, aMembership({ status: 'ACCESS_DENIED' }));
  const raised = (severity: 'error' | 'info') => ({
    type: 'finding.raised' as const,
    data: {
      node: null,
      network: null,
      item: null,
      finding: {
        code: severity === 'error' ? ('clock-skew' as const) : ('dns-ignored' as const),
        severity,
        cause: 'x',
        fix: 'y',
      },
    },
  });

  it('counts by kind and by severity, in buckets that cover the whole time', async () => {
    await agent.say(engineDown('a'), engineDown('b'), denied());
    const byKind = await histogram(`host=${host.name}&from=1h&buckets=12`);
    expect(totals(byKind)).toEqual({ host: 2, authorization: 1 });
    expect([byKind.buckets.length, byKind.seconds, byKind.countedFrom]).toEqual([12, 300, null]);
    const starts = byKind.buckets.map(({ at }) => Date.parse(at));
    expect(starts[0]).toBe(Date.parse(byKind.from));
    expect((starts[11] ?? 0) + 300_000).toBe(Date.parse(byKind.to));
    expect(byKind.buckets.slice(0, 11).every(({ counts }) => Object.keys(counts).length === 0)).toBe(true);
    const bySeverity = await histogram(`host=${host.name}&from=1h&buckets=12&by=severity`);
    expect(totals(bySeverity)).toEqual({ error: 2, warning: 1 });
  });

  it('takes the severity of a finding from what it says', async () => {
    await agent.say(raised('error'), raised('info'));
    expect(totals(await histogram(`host=${host.name}&by=severity`))).toEqual({ error: 1, info: 1 });
  });

  it('has the filters of the list, and the same events', async () => {
    await agent.say(engineDown('a'), membershipFact('network.joined', host.node, aMembership()), denied());
    for (const filter of ['', `&network=${NETWORK}`, `&node=${host.name}`, '&type=authorization.*,host.engine-down']) {
      const query = `host=${host.name}${filter}`;
      const sum = Object.values(totals(await histogram(query))).reduce((one, other) => one + other, 0);
      expect([filter, sum]).toEqual([filter, (await list(query)).items.length]);
    }
    const [event] = (await list(`host=${host.name}&order=asc`)).items;
    const since = encodeURIComponent(event?.orrerycommittime ?? '');
    expect(totals(await histogram(`host=${host.name}&from=7d&to=${since}&buckets=1`))).toEqual({});
  });

  it('counts the newest when there are too many, and says since when', async () => {
    await agent.say(...['a', 'b', 'c', 'd', 'e'].map(engineDown));
    const repository = api.app.get(EventsRepository, { strict: false });
    const [since, until] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)];
    const asked = { criteria: { hosts: [host.id] }, since, until, buckets: 2, by: 'kind' as const };
    const count = async (most: number) => {
      const { counts, countedFrom } = await repository.histogram({ ...asked, most });
      return [counts.reduce((sum, one) => sum + one.count, 0), countedFrom !== null];
    };
    expect(await count(5)).toEqual([5, false]);
    expect(await count(3)).toEqual([4, true]);
  });

  it('shows a scope its own events, and only admins what was refused', async () => {
    await agent.say(engineDown('a'));
    const { secret: token } = await tokenOf('hosts:site=nowhere');
    expect(totals(await histogram('from=7d', token))).toEqual({});
    const { secret: viewer } = await tokenOf();
    expect(totals(await histogram('from=7d', viewer)).access).toBeUndefined();
    expect(totals(await histogram('from=7d', viewer)).host).toBeGreaterThan(0);
  });

  it.each([
    ['buckets=0', /buckets/],
    ['buckets=501', /buckets/],
    ['buckets=1e2', /did you mean 100\?/],
    ['from=10s&buckets=60', /buckets: must be at most 10/],
    ['from=2026-01-02&to=2026-01-01', /to: must be later/],
    ['from=1h&to=1h', /to: must be later/],
    ['from=yesterday', /from: write/],
    ['to=%00', /NUL/],
    ['by=host', /kind or severity/],
    ['type=hosts.*', /did you mean host\.\*\?/],
    ['since=1h', /unknown field since/],
    ['limit=5', /unknown field limit/],
  ])('refuses %s', async (query, detail) => {
    expect((await api.refused('GET', `/v1/events/histogram?${query}`, 'bad-request')).detail).toMatch(detail);
  });
});
