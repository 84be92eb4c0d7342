import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Accepted, CommandPage, DryRun, Host, Network } from '@orrery/shared/contracts';
import { startApi, type ApiBench, type RunningApi } from '../../../../test/support/api.js';
import { ListeningAgent, joinHost } from '../../../../test/support/joined-host.js';

const A = '8056c2e21c00000a';
let bench: ApiBench;
let api: RunningApi;
let host: string;
let count = 0;

beforeAll(async () => {
  bench = await startApi();
  ({ api } = bench);
}, 60_000);
afterAll(() => bench?.close());
beforeEach(() => {
  host = `web-${++count}`;
});

const body = { name: 'demo', networks: [A] };
const containers = () => `/v1/hosts/${host}/containers`;
const commands = async () => (await api.get(`/v1/commands?host=${host}`, CommandPage)).body.items;

describe('an Idempotency-Key', () => {
  const headers = () => ({ 'idempotency-key': `key of ${host}` });

  it('gives the same request the same answer, and nothing is done twice', async () => {
    await joinHost(api, host);
    const first = await api.ask('POST', containers(), Accepted, { body, headers: headers() });
    const again = await api.ask('POST', containers(), Accepted, { body, headers: headers() });
    expect([again.status, again.body, again.headers.get('location')]).toEqual([
      202,
      first.body,
      first.headers.get('location'),
    ]);
    expect(await commands()).toHaveLength(1);
  });

  it('does so for many at the same moment, too', async () => {
    await joinHost(api, host);
    const ask = () => api.ask('POST', containers(), Accepted, { body, headers: headers() });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    expect(new Set(answers.map((answer) => answer.body.command.id)).size).toBe(1);
    expect(await commands()).toHaveLength(1);
  });

  it('is refused with another body, path or method; another key is another request', async () => {
    await joinHost(api, host);
    await api.ask('POST', containers(), Accepted, { body, headers: headers() });
    const other = { ...body, limits: { pids: 64 } };
    await api.refused('POST', containers(), 'idempotency-mismatch', { body: other, headers: headers() });
    await api.refused('DELETE', `${containers()}/demo`, 'idempotency-mismatch', { headers: headers() });
    await api.ask('DELETE', `${containers()}/demo`, Accepted, {
      headers: { 'idempotency-key': `other key of ${host}` },
    });
  });

  it('remembers no refusal: once the trouble is gone the same request is carried out', async () => {
    await api.refused('POST', containers(), 'unknown-host', { body, headers: headers() });
    await joinHost(api, host);
    await api.ask('POST', containers(), Accepted, { body, headers: headers() });
  });

  it('works for plain changes as well, with their ETag', async () => {
    await joinHost(api, host);
    const patch = { body: { setLabels: { a: 'b' } }, headers: headers() };
    const first = await api.ask('PATCH', `/v1/hosts/${host}`, Host, patch);
    const again = await api.ask('PATCH', `/v1/hosts/${host}`, Host, patch);
    expect([again.body.version, again.headers.get('etag')]).toEqual([2, '"2"']);
    expect(again.body).toEqual(first.body);
  });

  it('is printable and not too long', async () => {
    await joinHost(api, host);
    for (const key of ['', 'x'.repeat(129), 'täst'])
      await api.refused('POST', containers(), 'bad-request', { body, headers: { 'idempotency-key': key } });
  });
});

describe('a dry run', () => {
  it('asks the agent what it would do with what would be wanted, and changes nothing', async () => {
    const agent = await ListeningAgent.connect(await joinHost(api, host));
    const steps = [{ step: 'create-container', target: `${host}/demo`, detail: 'from the default image' }];
    agent.answer = () => ({ result: 'ok', value: { steps } });
    const { status, body: answer } = await api.ask('POST', `${containers()}?dryRun=true`, DryRun, { body });
    expect(status).toBe(200);
    expect(answer).toEqual({ dryRun: true, hosts: [{ host: { id: agent.joined.hostId, name: host }, steps }] });
    const [call] = agent.calls;
    expect(call?.op).toMatchObject({ op: 'plan' });
    expect(call?.op.op === 'plan' && call.op.items.map(({ kind, intent }) => [kind, intent]).sort()).toEqual([
      ['container', 'present'],
      ['membership', 'present'],
    ]);
    expect(Date.parse(call?.expiresAt ?? '')).toBeGreaterThan(Date.now());

    await api.refused('GET', `${containers()}/demo`, 'unknown-container');
    expect(await commands()).toEqual([]);
    expect((await api.get(`/v1/hosts/${host}`, Host)).body.revision).toBe(0);
    expect(agent.states).toEqual([]);
    await agent.close();
  });

  it('of a host that is away has no steps, and is refused like the real thing', async () => {
    await joinHost(api, host);
    const { body: answer } = await api.ask('POST', `${containers()}?dryRun=true`, DryRun, { body });
    expect(answer.hosts).toMatchObject([{ steps: null }]);
    await api.ask('POST', containers(), Accepted, { body });
    const other = { ...body, limits: { pids: 64 } };
    await api.refused('POST', `${containers()}?dryRun=true`, 'container-differs', { body: other });
  });

  it('is possible wherever something changes', async () => {
    await joinHost(api, host);
    await api.ask('POST', containers(), Accepted, { body });
    await api.ask('PUT', `/v1/nodes/${host}/networks/${A}`, Accepted);
    const before = await commands();
    const [command] = before;
    const changes: [string, string, object?][] = [
      ['PATCH', `/v1/hosts/${host}`, { name: 'other' }],
      ['DELETE', `/v1/hosts/${host}?confirm=${host}&`],
      ['PUT', `${containers()}/demo`, { networks: [A] }],
      ['POST', `${containers()}/demo/restart`],
      ['DELETE', `${containers()}/demo`],
      ['PUT', `/v1/networks/${A}`, { name: `name-of-${host}` }],
      ['PUT', `/v1/nodes/${host}/networks/${A}`],
      ['DELETE', `/v1/nodes/${host}%2Fdemo/networks/${A}`],
      ['DELETE', `/v1/nodes/${host}/networks/${A}?release=true&`],
      ['DELETE', `/v1/commands/${command?.id}`],
    ];
    for (const [method, path, asked] of changes) {
      const url = `${path}${path.includes('?') ? '' : '?'}dryRun=true`;
      expect((await api.ask(method, url, DryRun, asked ? { body: asked } : {})).body.dryRun).toBe(true);
    }
    expect(await commands()).toEqual(before);
    expect((await api.get(`/v1/hosts/${host}`, Host)).body).toMatchObject({ name: host, version: 1, revision: 2 });
    expect((await api.get(`/v1/networks/${A}`, Network)).body.name).toBeNull();
  });
});
