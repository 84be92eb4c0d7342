import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventPage, Host, JoinReply, JoinTokenMade, MembershipPage, type HostId } from '@orrery/shared/contracts';
import { startApi, RunningApi, type ApiBench } from '../../../../../test/support/api.js';
import { BusAgent } from '../../../../../test/support/bus-agent.js';
import { joinBody, newInstallation } from '../../../../../test/support/joined-host.js';
import { eventually } from '../../../../../test/support/servers.js';
import pg from 'pg';
import { EphemeralHosts } from './ephemeral-hosts.js';
import { PresenceNotes } from './presence-notes.js';

const BEAT_MS = 300;
const EPHEMERAL = 60;
const LAB = '8056c2e21c000001';
const settings = { ORRERY_HEARTBEAT_SECONDS: `${BEAT_MS / 1000}` };
let bench: ApiBench;
let api: RunningApi;
const agents: BusAgent[] = [];
let count = 0;

jest.setTimeout(60_000);
beforeAll(async () => {
  bench = await startApi(settings);
  ({ api } = bench);
});
afterEach(async () => {
  await bench.nats.start();
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});
afterAll(async () => {
  await api.close();
  await bench.close();
});

/** A host that enrolls with a token, as a machine does. */
async function enrol(ephemeral: number | null = EPHEMERAL): Promise<HostId> {
  const name = `host-${++count}`;
  const body = { name, networks: [LAB], ...(ephemeral ? { ephemeral: `${ephemeral}s` } : {}) };
  const { secret } = (await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body })).body;
  const request = await joinBody(api, { name, agentVersion: 'test', installation: newInstallation() });
  return (await api.ask('POST', '/v1/join', JoinReply, { body: request, token: secret })).body.hostId;
}

async function beating(host: HostId): Promise<BusAgent> {
  const agent = await new BusAgent(host, bench.nats.url, []).listen();
  agents.push(agent);
  agent.beatEvery(BEAT_MS);
  return agent;
}

const read = async (host: HostId) => (await api.get(`/v1/hosts/${host}`, Host)).body;
const becomes = (host: HostId, presence: string) =>
  eventually(async () => (await read(host)).presence === presence, { within: 20_000, what: `it being ${presence}` });
const isGone = async (host: HostId) => (await api.raw('GET', `/v1/hosts/${host}`)).status === 404;
const goes = (host: HostId) => eventually(() => isGone(host), { within: 20_000, what: 'the host being gone' });
const away = async (host: HostId) =>
  (
    await api.database.query<[{ away: number }]>('SELECT away_seconds AS away FROM host_status WHERE host_id = $1', [
      host,
    ])
  )[0].away;
const wasCounted = (host: HostId, seconds: number) =>
  api.database.query('UPDATE host_status SET away_seconds = $2 WHERE host_id = $1', [host, seconds]);
/** As if it had been unreachable for this long, and last heard of long ago. */
const WAS_AWAY = `UPDATE host_status SET away_seconds = $2, presence = 'unreachable', presence_since = now() - interval '9 days',
                         last_seen_at = now() - interval '9 days' WHERE host_id = $1`;
const wasAway = (host: HostId, seconds: number) => api.database.query(WAS_AWAY, [host, seconds]);
/** Does the same while no API runs. */
async function wasAwayMeanwhile(host: HostId, seconds: number): Promise<void> {
  const client = new pg.Client(bench.databaseUrl);
  await client.connect();
  await client.query(WAS_AWAY, [host, seconds]);
  await client.end();
}
const removals = async (host: HostId) =>
  (await api.get(`/v1/events?host=${host}&type=host.removed`, EventPage)).body.items;

/** Watches how often the leader checks presence, and how often it counts. */
function leader() {
  const looks = jest.spyOn(api.app.get(PresenceNotes, { strict: false }), 'write');
  const counts = jest.spyOn(api.app.get(EphemeralHosts, { strict: false }), 'wasAway');
  const more = async (times: number) => {
    const before = looks.mock.calls.length;
    await eventually(() => looks.mock.calls.length >= before + times, { within: 20_000, what: 'the leader looking' });
  };
  return { looksAgain: more, counts };
}

describe('an ephemeral host', () => {
  it('is removed with its memberships after that time, with one event that says why; connected and permanent hosts stay', async () => {
    const [gone, stays, none] = [await enrol(), await enrol(), await enrol(null)];
    expect((await read(gone)).ephemeral).toBe('1m');
    expect((await read(none)).ephemeral).toBeNull();
    const { name } = await read(gone);
    const agent = await beating(gone);
    await beating(stays);
    await becomes(gone, 'online');
    await api.ask('POST', `/v1/hosts/${gone}/pause`, Host);
    agent.silence();
    await becomes(gone, 'unreachable');
    for (const host of [gone, none]) await wasAway(host, EPHEMERAL - 1);
    await wasCounted(stays, EPHEMERAL - 0.5);
    await goes(gone);

    const { items } = (await api.get('/v1/memberships', MembershipPage)).body;
    const names = items.map(({ node }) => node.name);
    expect(names).toEqual(expect.arrayContaining([(await read(stays)).name, (await read(none)).name]));
    expect(names).not.toContain(name);
    await eventually(async () => (await removals(gone)).length > 0, { what: 'the event' });
    expect(await removals(gone)).toMatchObject([{ data: { name, by: 'ephemeral' } }]);
    expect(await removals(stays)).toEqual([]);
    expect(await isGone(none)).toBe(false);
  });

  it('is removed even if it was never heard from', async () => {
    const host = await enrol();
    await wasCounted(host, EPHEMERAL - 0.5);
    await goes(host);
  });

  it('is counted from the start again when it was heard from in between', async () => {
    const host = await enrol();
    await wasAway(host, EPHEMERAL / 2);
    const agent = await beating(host);
    await becomes(host, 'online');
    expect(await away(host)).toBe(0);
    agent.silence();
    await eventually(async () => (await away(host)) > 0, { within: 20_000, what: 'being away' });
    expect(await away(host)).toBeLessThan(EPHEMERAL / 2);
  });
});

describe('the judge', () => {
  it('counts nothing while it cannot receive heartbeats', async () => {
    const [silent, heard] = [await enrol(), await enrol()];
    await beating(heard);
    await becomes(heard, 'online');
    await wasAway(silent, 1);
    await bench.nats.kill();
    await becomes(heard, 'unknown');
    const { looksAgain, counts } = leader();
    await looksAgain(10);
    expect(counts).not.toHaveBeenCalled();
    await wasAway(silent, EPHEMERAL - 0.5);
    await wasAway(heard, EPHEMERAL / 2);
    await looksAgain(3);
    expect(await isGone(silent)).toBe(false);
    await bench.nats.start();
    await goes(silent);
    await becomes(heard, 'online');
    expect(counts).toHaveBeenCalled();
  });

  it('continues counting after a restart of the API, and first hears hosts that came back meanwhile', async () => {
    const [silent, back] = [await enrol(), await enrol()];
    await wasAway(silent, 10);
    await eventually(async () => (await away(silent)) > 10, { within: 20_000, what: 'being away' });
    await api.close();
    await wasAwayMeanwhile(back, 2 * EPHEMERAL);
    await beating(back);
    api = await (await RunningApi.start(bench, { ...settings, ORRERY_HOME: api.home })).ready();
    const before = await away(silent);
    expect(before).toBeGreaterThan(10);
    await eventually(async () => (await away(silent)) > before, { within: 20_000, what: 'being away again' });
    // Does not count the nine days during which no API could hear it.
    expect(await away(silent)).toBeLessThan(EPHEMERAL);
    await becomes(back, 'online');
  });
});
