import { beforeEach, describe, expect, it } from '@jest/globals';
import { newUserKey } from '@orrery/shared/bus';
import { Accepted, CommandPage, DryRun, Host, Network } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ListeningAgent, joinHost } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';

const [A, B] = ['8056c2e21c00000a', '8056c2e21c00000b'];
const { api } = apiFixture();
let host: string;
let count = 0;

beforeEach(() => {
  host = `web-${++count}`;
});

const body = { name: 'demo', networks: [A] };
const containers = () => `/v1/hosts/${host}/containers`;
const commands = async () => (await api.get(`/v1/commands?host=${host}`, CommandPage)).body.items;

describe('an Idempotency-Key', () => {
  const headers = () => ({ 'idempotency-key': `key of ${host}` });

  it('returns the same answer to the same request, which is carried out once', async () => {
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

  it('does so for many simultaneous requests as well', async () => {
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

  it('accepts the same request with its keys in another order', async () => {
    await joinHost(api, host);
    const first = await api.ask('POST', containers(), Accepted, { body, headers: headers() });
    const other = { networks: body.networks, name: body.name };
    const again = await api.ask('POST', containers(), Accepted, { body: other, headers: headers() });
    expect([again.headers.get('idempotency-replayed'), again.body]).toEqual(['true', first.body]);
  });

  it('makes the second of two simultaneous requests wait for the first, even when the host does the work', async () => {
    const agent = await ListeningAgent.connect(await joinHost(api, host));
    let proceed = () => {};
    const held = new Promise<void>((resolve) => (proceed = resolve));
    const key = newUserKey().publicKey;
    agent.answer = async () => {
      await held;
      return { result: 'ok', value: { key } };
    };
    const rotate = () => api.ask('POST', `/v1/hosts/${host}/rotate`, Host, { headers: headers() });
    const both = Promise.all([rotate(), rotate()]);
    await eventually(() => agent.calls.length > 0, { what: 'the agent is asked' });
    proceed();
    const replayed = (await both).map((answer) => answer.headers.get('idempotency-replayed'));
    expect([replayed.sort(), agent.calls.length]).toEqual([[null, 'true'].sort(), 1]);
    await agent.close();
  });

  it('does not remember a refusal: the same request succeeds once its cause is gone', async () => {
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

  it('must be printable and not too long', async () => {
    await joinHost(api, host);
    for (const key of ['', 'x'.repeat(129), 'täst'])
      await api.refused('POST', containers(), 'bad-request', { body, headers: { 'idempotency-key': key } });
  });
});

describe('a dry run', () => {
  it('asks the agent what it would do for the new desired state, and changes nothing', async () => {
    const agent = await ListeningAgent.connect(await joinHost(api, host));
    const steps = [{ step: 'create-container', target: `${host}/demo`, detail: 'from the default image' }];
    agent.answer = () => ({ result: 'ok', value: { steps } });
    const { status, body: answer } = await api.ask('POST', `${containers()}?dryRun=true`, DryRun, { body });
    expect(status).toBe(200);
    expect(answer).toMatchObject({ dryRun: true, hosts: [{ host: { id: agent.joined.hostId, name: host }, steps }] });
    expect(answer.changes.map(({ noun, name, action }) => [noun, name, action])).toEqual([
      ['container', `${host}/demo`, 'create'],
      ['membership', `${host}/demo in ${A}`, 'create'],
    ]);
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

  it('shows only the steps due to this change, not what its host must do anyway', async () => {
    const agent = await ListeningAgent.connect(await joinHost(api, host));
    const step = (id: string) => ({ step: 'join-network', target: host, detail: id });
    agent.answer = ({ op }) => ({
      result: 'ok',
      value: { steps: op.op === 'plan' ? op.items.map(({ network }) => step(String(network))) : [] },
    });
    await api.ask('PUT', `/v1/nodes/${host}/networks/${A}`, Accepted);
    const tryOut = async (network: string, body: object) =>
      (await api.ask('PUT', `/v1/nodes/${host}/networks/${network}?dryRun=true`, DryRun, { body })).body;
    const other = await tryOut(B, {});
    expect(other.hosts.map(({ steps }) => steps)).toEqual([[step(B)]]);
    expect(other.changes).toMatchObject([{ noun: 'membership', name: `${host} in ${B}`, action: 'create' }]);
    // Repeating the launch changes nothing.
    const same = await tryOut(A, {});
    expect([same.changes, same.hosts.map(({ steps }) => steps)]).toEqual([[], [[]]]);
    const dns = await tryOut(A, { settings: { allowDNS: true } });
    expect(dns.changes).toEqual([
      {
        ...{ noun: 'membership', name: `${host} in ${A}`, action: 'change' },
        fields: [{ field: 'settings.allowDNS', is: false, becomes: true }],
      },
    ]);
    await agent.close();
  });

  it('shows what would change in a host, a network, a token and a command, field by field', async () => {
    await joinHost(api, host, { labels: { site: 'home', tier: 'db' } });
    const change = { name: `new-${host}`, setLabels: { site: 'cloud', tier: null } };
    const shown = async (method: string, path: string, body?: object) =>
      (await api.ask(method, `${path}?dryRun=true`, DryRun, body ? { body } : {})).body.changes;
    expect(await shown('PATCH', `/v1/hosts/${host}`, change)).toEqual([
      {
        ...{ noun: 'host', name: host, action: 'change' },
        fields: [
          { field: 'name', is: host, becomes: `new-${host}` },
          { field: 'labels.site', is: 'home', becomes: 'cloud' },
          { field: 'labels.tier', is: 'db', becomes: null },
        ],
      },
    ]);
    expect(await shown('POST', `/v1/hosts/${host}/pause`)).toEqual([
      { noun: 'host', name: host, action: 'change', fields: [{ field: 'paused', is: false, becomes: true }] },
    ]);
    expect(await shown('PUT', `/v1/networks/${A}`, { name: `of-${host}` })).toEqual([
      {
        ...{ noun: 'network', name: A, action: 'create' },
        fields: [
          { field: 'name', is: null, becomes: `of-${host}` },
          { field: 'labels', is: null, becomes: false },
        ],
      },
    ]);
    const [token] = await shown('POST', '/v1/tokens', { name: `of-${host}`, role: 'viewer' });
    expect(token).toMatchObject({ noun: 'token', name: `of-${host}`, action: 'create' });
    expect(JSON.stringify(token)).not.toContain('ora_');
    const { command } = (await api.ask('POST', containers(), Accepted, { body })).body;
    expect(await shown('DELETE', `/v1/commands/${command.id}`)).toMatchObject([
      { noun: 'command', fields: [{ field: 'state', is: 'queued', becomes: 'cancelled' }] },
      { noun: 'container', name: `${host}/demo`, action: 'delete' },
      { noun: 'membership', action: 'delete' },
    ]);
    await api.refused('DELETE', `/v1/hosts/${host}?dryRun=true`, 'host-not-empty');
  });

  it('has no steps when the host is unreachable, and is refused like the real request', async () => {
    await joinHost(api, host);
    const { body: answer } = await api.ask('POST', `${containers()}?dryRun=true`, DryRun, { body });
    expect(answer.hosts).toMatchObject([{ steps: null }]);
    await api.ask('POST', containers(), Accepted, { body });
    const other = { ...body, limits: { pids: 64 } };
    await api.refused('POST', `${containers()}?dryRun=true`, 'container-differs', { body: other });
  });

  it('is possible for every change', async () => {
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
