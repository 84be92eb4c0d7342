import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Container,
  ContainerLogs,
  ContainerPage,
  Membership,
  MembershipPage,
  Node,
  type Command,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ListeningAgent, joinHost } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';

const [A, B, C] = ['8056c2e21c00000a', '8056c2e21c00000b', '8056c2e21c00000c'];
const { api } = apiFixture();
let host: string;
let count = 0;

beforeEach(async () => {
  host = `web-${++count}`;
  await joinHost(api, host);
});

const at = (rest = '') => `/v1/hosts/${host}/containers${rest}`;
const change = async (method: string, path: string, body?: object, headers = {}): Promise<Command> => {
  const answer = await api.ask(method, path, Accepted, { ...(body ? { body } : {}), headers });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/v1/commands/${answer.body.command.id}`);
  return answer.body.command;
};
const launch = (spec: object = { networks: [A] }, name = 'demo') => change('POST', at(), { name, ...spec });
const get = async (name = 'demo') => (await api.get(at(`/${name}`), Container)).body;
const networksOf = async () =>
  (await api.get(`/v1/memberships?node=${host}%2Fdemo`, MembershipPage)).body.items.map(({ network, intent }) => [
    network.id,
    intent,
  ]);

describe('a launch', () => {
  it('is queued as a command when its host is unreachable, with its container, node and memberships desired', async () => {
    const command = await launch({ networks: [B, A] });
    expect(command).toMatchObject({
      action: 'launch',
      state: 'queued',
      target: `demo on ${host}`,
      networks: [A, B],
      by: 'admin',
    });
    expect(command.items).toHaveLength(3);
    expect(command.stages.map(({ stage }) => stage)).toEqual(['accepted']);
    const container = await get();
    expect(container).toMatchObject({
      id: command.container,
      intent: 'present',
      networks: [A, B],
      image: null,
      incarnation: 0,
    });
    expect(container).toMatchObject({ limits: { memoryMb: 256, pids: 128 }, status: null, outcome: null, version: 1 });
    expect(container.node).toEqual({ id: command.node, name: `${host}/demo`, kind: 'container' });
    expect((await api.get(`/v1/containers/${container.id}`, Container)).body).toEqual(container);
    expect((await api.get(`/v1/containers?host=${host}&network=${A}`, ContainerPage)).body.items).toEqual([container]);
    expect((await api.get(`/v1/containers?host=${host}&network=${C}`, ContainerPage)).body.items).toEqual([]);
  });

  it('repeated with an equal spec is a new command on the same container, and ends the older one', async () => {
    const first = await launch({ networks: [A, B] });
    const again = await launch({ networks: [B, A, A], limits: { pids: 128 } });
    expect(again.container).toBe(first.container);
    expect(again.revision).toBe(first.revision + 1);
    expect(again.items.map(({ item }) => item)).toEqual(first.items.map(({ item }) => item));
    expect((await api.get(`/v1/commands/${first.id}`, Accepted.shape.command)).body.state).toBe('superseded');
    expect((await get()).version).toBe(1);
  });

  it('under the same name with another spec is refused, with each difference and a fix', async () => {
    await launch();
    const body = { name: 'demo', networks: [B], image: 'zerotier/zerotier:1.14.2' };
    const problem = await api.refused('POST', at(), 'container-differs', { body });
    expect(problem.differences).toEqual([
      { field: 'networks', is: [A], asked: [B] },
      { field: 'image', is: null, asked: 'zerotier/zerotier:1.14.2' },
    ]);
    expect(problem.fix).toContain('orrery container set');
    expect((await get()).networks).toEqual([A]);
  });

  it('needs a known host and known network names; an ID of 16 digits is always known', async () => {
    await api.refused('POST', '/v1/hosts/nowhere/containers', 'unknown-host', {
      body: { name: 'demo', networks: [A] },
    });
    const unknown = await api.refused('POST', at(), 'unknown-network', { body: { name: 'demo', networks: ['lab'] } });
    expect(unknown.fix).toMatch(/orrery network create lab\b.*orrery network set NETWORK --name lab/);
    await api.refused('GET', at('/demo'), 'unknown-container');
    await api.raw('PUT', `/v1/networks/${C}`, { body: { name: 'lab' } });
    expect((await launch({ networks: ['lab', A.toUpperCase()] })).networks).toEqual([A, C]);
  });

  it('accepts a spec of the documented form only', async () => {
    const wrong = [
      { networks: [] },
      { networks: Array.from({ length: 17 }, () => A) },
      { networks: [A], image: 'UPPER' },
      { networks: [A], limits: { memoryMb: 1 } },
      { networks: [A], settings: { allowManaged: ['10.0.0.0'] } },
      { networks: [A], volumes: ['/:/host'] },
    ];
    for (const spec of wrong) await api.refused('POST', at(), 'bad-request', { body: { name: 'demo', ...spec } });
    await api.refused('POST', at(), 'bad-request', { body: { name: 'Not A Name', networks: [A] } });
  });

  it('creates one container when two are requested at the same moment', async () => {
    const commands = await Promise.all([1, 2, 3, 4, 5].map(() => launch()));
    expect(new Set(commands.map(({ container }) => container)).size).toBe(1);
    expect(new Set(commands.map(({ revision }) => revision)).size).toBe(5);
  });
});

describe('the spec of a container', () => {
  it('creates the container when it does not exist, and changes it in the same form when it does', async () => {
    const spec = { networks: [A], settings: { allowDNS: true } };
    await api.refused('PUT', at('/demo'), 'revision-conflict', { body: spec, headers: { 'if-match': '"1"' } });
    await api.refused('PUT', at('/Not%20a%20name'), 'unknown-container', { body: spec });
    expect(await change('PUT', at('/demo'), spec)).toMatchObject({ action: 'launch', networks: [A] });
    const { networks, image, limits, settings } = await get();
    expect(settings).toMatchObject({ allowDNS: true, allowManaged: true });
    // The form that was read can be written back.
    expect(await change('PUT', at('/demo'), { networks, image, limits, settings })).toMatchObject({
      action: 'replace',
    });
    expect(await get()).toMatchObject({ networks, image, limits, settings });
  });

  it('appears in the list of its host, and can be read by HOST.NAME where a path needs one segment', async () => {
    await launch();
    await launch({ networks: [B] }, 'other');
    const names = async (query = '') => (await api.get(at(query), ContainerPage)).body.items.map(({ name }) => name);
    expect(await names()).toEqual(['demo', 'other']);
    expect(await names(`?network=${B}`)).toEqual(['other']);
    await api.refused('GET', '/v1/hosts/nowhere/containers', 'unknown-host');
    await api.refused('GET', at(`?host=${host}`), 'bad-request');

    expect((await api.get(`/v1/containers/${host}.demo`, Container)).body).toEqual(await get());
    const node = (await api.get(`/v1/nodes/${host}.demo`, Node)).body;
    expect(node).toEqual((await api.get(`/v1/nodes/${host}%2Fdemo`, Node)).body);
    expect(node.name).toBe(`${host}/demo`);
    const path = `/v1/nodes/${host}.demo/networks`;
    await change('PUT', `${path}/${B}`, { settings: { allowDNS: true } });
    expect((await api.get(`${path}/${B}`, Membership)).body.node.name).toBe(`${host}/demo`);
    // The settings now differ between its networks.
    expect((await get()).settings).toBeNull();
    await api.refused('GET', `/v1/nodes/${host}.nobody`, 'unknown-node');
  });

  it('is replaced as a whole: the node stays, networks are added and removed', async () => {
    await launch({ networks: [A, B] });
    const before = await get();
    const command = await change('PUT', at('/demo'), { networks: [B, C], limits: { pids: 64 } }, { 'if-match': '"1"' });
    expect(command).toMatchObject({ action: 'replace', networks: [B, C] });
    const after = await get();
    expect(after).toMatchObject({
      id: before.id,
      node: before.node,
      networks: [B, C],
      limits: { pids: 64 },
      version: 2,
    });
    expect(await networksOf()).toEqual([
      [A, 'absent'],
      [B, 'present'],
      [C, 'present'],
    ]);
  });

  it('is replaced by only one of two clients that saw the same version', async () => {
    await launch();
    const headers = { 'if-match': '"1"' };
    await change('PUT', at('/demo'), { networks: [B] }, headers);
    await api.refused('PUT', at('/demo'), 'revision-conflict', { body: { networks: [C] }, headers });
    expect((await get()).networks).toEqual([B]);
    await change('PUT', at('/demo'), { networks: [C] });
  });
});

describe('a container', () => {
  it('is restarted by incrementing its incarnation', async () => {
    await launch();
    expect((await change('POST', at('/demo/restart'))).action).toBe('restart');
    await change('POST', at('/demo/restart'));
    expect((await get()).incarnation).toBe(2);
    const { detail } = await api.refused('POST', at('/other/restart'), 'unknown-container');
    expect(detail).toBe(`there is no container ${host}/other`);
  });

  it('is removed with its memberships; when launched again meanwhile, it keeps its node', async () => {
    const { node } = await launch({ networks: [A, B] });
    const command = await change('DELETE', at('/demo'));
    expect(command.items).toHaveLength(3);
    expect((await get()).intent).toBe('absent');
    expect(await networksOf()).toEqual([
      [A, 'absent'],
      [B, 'absent'],
    ]);
    await api.refused('POST', at('/demo/restart'), 'being-removed');
    await api.refused('PUT', at('/demo'), 'being-removed', { body: { networks: [A] } });
    const again = await launch({ networks: [C] });
    expect(again.node).toBe(node);
    expect(await get()).toMatchObject({ intent: 'present', networks: [C] });
  });

  it('is ambiguous without its host when two hosts have one of that name', async () => {
    await launch({ networks: [A] }, 'shared');
    const first = host;
    host = `web-${++count}`;
    await joinHost(api, host);
    await launch({ networks: [A] }, 'shared');
    const { candidates } = await api.refused('GET', '/v1/containers/shared', 'ambiguous-reference');
    expect(candidates?.sort()).toEqual([`${first}/shared`, `${host}/shared`].sort());
    expect((await api.get(`/v1/containers/${host}%2Fshared`, Container)).body.host.name).toBe(host);
  });
});

describe('when the agent is connected', () => {
  it('a launch is delivered, and the signed state contains everything requested', async () => {
    const agent = await ListeningAgent.connect(await joinHost(api, `${host}-b`));
    host = `${host}-b`;
    const { id, container } = await launch({ networks: [A], image: 'zt:1', settings: { allowDNS: true } });
    const state = await eventually(() => agent.newest);
    expect(state.items.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      { kind: 'container', intent: 'present', name: 'demo', image: 'zt:1', incarnation: 0, limits: { pids: 128 } },
      { kind: 'membership', intent: 'present', nodeKind: 'container', network: A, settings: { allowDNS: true } },
    ]);
    const command = await eventually(async () => {
      const { body } = await api.get(`/v1/commands/${id}`, Accepted.shape.command);
      return body.state === 'delivered' && body;
    });
    expect(command.container).toBe(container);
    await agent.close();
  });

  it('logs come from the host; if it is unreachable, the answer is 409 with a fix', async () => {
    const joined = await joinHost(api, `${host}-c`);
    host = joined.name;
    await launch();
    expect(await api.refused('GET', at('/demo/logs'), 'host-away')).toMatchObject({ status: 409 });
    const agent = await ListeningAgent.connect(joined);
    agent.answer = () => ({ result: 'ok', value: { text: 'first\n\nlast\n' } });
    const { body } = await api.get(at('/demo/logs?tail=3'), ContainerLogs);
    expect(body.lines).toEqual(['first', '', 'last']);
    expect(agent.calls[0]?.op).toMatchObject({ op: 'logs', tail: 3, node: (await get()).node.id });
    agent.answer = () => ({ result: 'problem', code: 'failed', cause: 'no such container' });
    const problem = await api.refused('GET', at('/demo/logs'), 'call-failed');
    expect(problem.detail).toContain('no such container');
    await api.refused('GET', at('/demo/logs?tail=0'), 'bad-request');
    await agent.close();
  });
});
