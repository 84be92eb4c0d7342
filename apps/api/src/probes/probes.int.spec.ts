import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  ApiTokenMade,
  DryRun,
  EventPage,
  Probe,
  ProbePage,
  type CallReply,
  type JoinReply,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ListeningAgent, joinHost } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';
import { readProbe } from './read-probe.js';

const { api } = apiFixture();
let joined: JoinReply;

beforeAll(async () => {
  joined = await joinHost(api, 'web-1');
}, 60_000);

const PATH = '/v1/nodes/web-1/probes';
const ping = { target: { kind: 'ping', host: '10.1.2.3', count: 2 } };
const types = async () =>
  (await api.get('/v1/events?type=probe.*', EventPage)).body.items.map(({ type }) => type.replace('io.orrery.', ''));

describe('a probe, requested from the API', () => {
  it('is refused when the host is unreachable, and its requester is recorded', async () => {
    const problem = await api.refused('POST', PATH, 'host-away', { body: ping });
    expect(problem.status).toBe(409);
    await eventually(async () => (await types()).length === 2);
    expect(await types()).toEqual(['probe.refused', 'probe.started']);
  });

  it('is started by the host, once for one Idempotency-Key, and is running until the host has reported its end', async () => {
    const agent = await ListeningAgent.connect(joined);
    agent.answer = ({ op }): CallReply => ({ result: 'ok', value: op.op === 'probe' ? { probe: op.probe } : {} });
    const headers = { 'idempotency-key': 'once' };
    const { status, body, headers: answered } = await api.ask('POST', PATH, Probe, { body: ping, headers });
    expect(status).toBe(202);
    expect(answered.get('location')).toBe(`/v1/nodes/${joined.nodeId}/probes/${body.id}`);
    expect(body).toMatchObject({ kind: 'ping', target: '10.1.2.3', state: 'running', by: 'admin', timeout: '10s' });
    expect((await api.ask('POST', PATH, Probe, { body: ping, headers })).body).toEqual(body);
    expect(agent.calls.map(({ op }) => op)).toEqual([
      { op: 'probe', probe: body.id, node: joined.nodeId, timeoutSeconds: 10, ...ping },
    ]);
    expect((await api.get(`${PATH}/${body.id}`, Probe)).body).toMatchObject({ id: body.id, state: 'running' });
    await api.refused('GET', `${PATH}/${newId('prb')}`, 'unknown-probe');
    agent.answer = () => ({ result: 'problem', code: 'rejected', cause: 'rule probes' });
    expect((await api.refused('POST', PATH, 'call-failed', { body: ping })).detail).toContain('rule probes');
    await agent.close();
  });

  it('that could not start is not kept for its Idempotency-Key: the same request is carried out later', async () => {
    const headers = { 'idempotency-key': 'later' };
    await api.refused('POST', PATH, 'host-away', { body: ping, headers });
    const agent = await ListeningAgent.connect(joined);
    agent.answer = ({ op }): CallReply => ({ result: 'ok', value: op.op === 'probe' ? { probe: op.probe } : {} });
    const again = await api.ask('POST', PATH, Probe, { body: ping, headers });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, null]);
    await agent.close();
  });

  it('is listed with the others of its node, the newest first', async () => {
    const all = await eventually<false | ProbePage>(async () => {
      const page = (await api.get(PATH, ProbePage)).body;
      return page.items.length === 5 && page;
    });
    expect(all.items.map(({ state }) => state)).toEqual(['running', 'refused', 'refused', 'running', 'refused']);
    const [newest] = all.items;
    expect(newest).toEqual((await api.get(`${PATH}/${newest?.id}`, Probe)).body);
    const { items, next } = (await api.get(`${PATH}?limit=3`, ProbePage)).body;
    expect([...items, ...(await api.get(`${PATH}?limit=3&after=${next}`, ProbePage)).body.items]).toEqual(all.items);
    await api.refused('GET', '/v1/nodes/web-9/probes', 'unknown-node');
  });

  it('is only described by a dry run, and refused when it is impossible', async () => {
    const tcp = { target: { kind: 'tcp', host: '10.9.9.9', port: 80 } };
    // Like the real request: the host must be reachable.
    await api.refused('POST', `${PATH}?dryRun=true`, 'host-away', { body: tcp });
    const agent = await ListeningAgent.connect(joined);
    agent.answer = () => ({ result: 'ok', value: { steps: [] } });
    const { body } = await api.ask('POST', `${PATH}?dryRun=true`, DryRun, { body: tcp });
    expect(agent.calls.map(({ op }) => op.op)).toEqual(['plan']);
    await agent.close();
    expect(body.hosts[0]?.steps).toEqual([{ step: 'probe', target: 'web-1', detail: 'tcp 10.9.9.9:80' }]);
    for (const target of [
      { kind: 'http', url: 'http://a:b@10.1.2.3/' },
      { kind: 'ping', host: '-f' },
      { kind: 'ping', host: '10.1.2.3', count: 1000 },
    ])
      await api.refused('POST', PATH, 'bad-request', { body: { target } });
    await api.refused('POST', PATH, 'bad-request', { body: { ...ping, timeout: '31s' } });
    await api.refused('POST', '/v1/nodes/web-9/probes', 'unknown-node', { body: ping });
    const told = 'SELECT data FROM outbox UNION ALL SELECT data FROM events';
    const of = (rows: unknown) => JSON.stringify(rows).includes('10.9.9.9');
    expect(of(await api.database.query(told))).toBe(false);
    await api.refused('POST', PATH, 'host-away', { body: tcp });
    expect(of(await api.database.query(told))).toBe(true);
  });

  it('is a right of operators, and of a token for some networks only if the node is in no other', async () => {
    let made = 0;
    const tokenOf = async (role: string, more: object = {}) =>
      (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name: `${role}-${++made}`, role, ...more } })).body
        .secret;
    await api.refused('POST', PATH, 'forbidden', { body: ping, token: await tokenOf('viewer') });
    await api.refused('POST', PATH, 'host-away', { body: ping, token: await tokenOf('operator') });
    const token = await tokenOf('operator', { scope: { networks: ['8056c2e21c000001'] } });
    const isIn = (network: string) =>
      api.database.query(
        `INSERT INTO interfaces (node_id, device, host_id, network_id, observed, ordinal, seq, updated_at)
         VALUES ($1, 'zt' || $2, $3, $2, '{}', 1, 1, now())`,
        [joined.nodeId, network, joined.hostId],
      );
    await isIn('8056c2e21c000001');
    await api.refused('POST', PATH, 'host-away', { body: ping, token });
    await isIn('8056c2e21c000002');
    await api.refused('POST', PATH, 'forbidden', { body: ping, token });
  });
});

describe('a probe, read from its events', () => {
  const [id, node] = [newId('prb'), newId('nod')];
  const about = {
    ...{ id, node: { id: node, name: 'web-1', kind: 'host' as const }, simulated: false },
    host: { id: newId('hst'), name: 'web-1' },
  };
  const at = '2026-05-01T10:00:00.000Z';
  const result = { code: 'timed-out', cause: 'c', fix: 'f', address: null, ms: 10 };
  const data = { probe: id, node, kind: 'tcp', target: '10.1.2.3:80', timeoutSeconds: 10, by: 'admin' };
  const started = { type: 'probe.started', at, data };
  const line = { type: 'probe.progress', at, data: { probe: id, node, detail: 'one' } };
  const finished = { type: 'probe.finished', at, data: { probe: id, node, target: '10.1.2.3:80', result } };
  const soon = Date.parse(at) + 5_000;

  it('is running, ended, or unknown when nothing was reported in time', () => {
    expect(readProbe(about, [], soon)).toBeUndefined();
    expect(readProbe(about, [started], soon)).toMatchObject({ state: 'running', result: null });
    // The host's lines may be in the history before the API's own.
    expect(readProbe(about, [line, finished, started], soon)).toMatchObject({
      ...{ state: 'finished', result, progress: [{ at, detail: 'one' }], endedAt: at },
    });
    expect(readProbe(about, [started, line], soon + 60_000)).toMatchObject({ state: 'unknown', result: null });
  });
});
