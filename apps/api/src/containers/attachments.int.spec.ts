import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  ApiTokenMade,
  Container,
  ContainerPage,
  DryRun,
  Item,
  Network,
  Node,
  type Command,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ListeningAgent, joinHost } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';

const [A, B] = ['8056c2e21c00000a', '8056c2e21c00000b'];
const DB = 'shop/db/1';
const { api, closing } = apiFixture();
let host: string;
let agent: ListeningAgent;
let count = 0;

beforeEach(async () => {
  host = `web-${++count}`;
  agent = closing(await ListeningAgent.connect(await joinHost(api, host)));
});

const at = (rest = '') => `/v1/hosts/${host}/attachments${rest}`;
const containers = (rest = '') => `/v1/hosts/${host}/containers${rest}`;
const change = async (method: string, path: string, body?: object): Promise<Command> => {
  const answer = await api.ask(method, path, Accepted, body ? { body } : {});
  expect(answer.status).toBe(202);
  return answer.body.command;
};
const attach = (more: object = {}) => change('POST', at(), { workload: DB, networks: [A], ...more });
const get = async (name = 'shop-db-1') => (await api.get(containers(`/${name}`), Container)).body;
const names = async (path: string) => (await api.get(path, ContainerPage)).body.items.map(({ name }) => name);
/** What the host was told to do about its containers at this revision. */
const received = async ({ revision }: Command) => {
  const state = await eventually(() => (agent.newest?.revision === revision ? agent.newest : undefined), {
    what: `revision ${revision} arrives`,
  });
  return state.items.map((item) => Item.parse(item)).filter(({ kind }) => kind !== 'membership');
};

describe('an attachment', () => {
  it('reaches its host as an item of its own kind, with its workload', async () => {
    const command = await attach({ networks: [B, A], image: 'zt:1' });
    expect(command).toMatchObject({ action: 'launch', target: `shop-db-1 on ${host}`, networks: [A, B] });
    expect(await received(command)).toMatchObject([
      { kind: 'attachment', workload: DB, name: 'shop-db-1', intent: 'present', image: 'zt:1', incarnation: 0 },
    ]);
    // The control: a launched container is none.
    const launched = await change('POST', containers(), { name: 'demo', networks: [A] });
    expect(await received(launched)).toContainEqual(expect.objectContaining({ kind: 'container', name: 'demo' }));
  });

  it('is a container with a workload wherever containers and nodes are shown', async () => {
    await attach();
    await change('POST', containers(), { name: 'demo', networks: [A] });
    const container = await get();
    expect(container).toMatchObject({ name: 'shop-db-1', workload: DB, networks: [A], intent: 'present' });
    expect((await get('demo')).workload).toBeNull();
    expect((await api.get(at('/shop-db-1'), Container)).body).toEqual(container);
    expect((await api.get(`/v1/nodes/${host}.shop-db-1`, Node)).body.name).toBe(`${host}/shop-db-1`);
    expect(await names(containers())).toEqual(['demo', 'shop-db-1']);
  });

  it('is listed without the containers that have a network of their own', async () => {
    await attach();
    await attach({ workload: 'proxy', networks: [B] });
    await change('POST', containers(), { name: 'demo', networks: [A] });
    expect(await names(at())).toEqual(['proxy', 'shop-db-1']);
    expect(await names(at(`?network=${B}`))).toEqual(['proxy']);
    await api.refused('GET', '/v1/hosts/nowhere/attachments', 'unknown-host');
    await api.refused('GET', at('/demo'), 'unknown-container');
  });

  it('requested again is a new command on the same container, and refused under another name', async () => {
    const first = await attach();
    const again = await attach({ name: 'shop-db-1' });
    expect([again.container, again.revision]).toEqual([first.container, first.revision + 1]);
    expect((await get()).version).toBe(1);
    const body = { workload: DB, name: 'database', networks: [B] };
    const second = await api.refused('POST', at(), 'container-differs', { body });
    expect(second.detail).toBe(`${DB} is attached already, by ${host}/shop-db-1`);
    // Once the first is being removed, another one can follow.
    await change('DELETE', at('/shop-db-1'));
    await attach({ name: 'database' });
    expect((await get('database')).workload).toBe(DB);
  });

  it('of another workload under the same name is refused, with a fix that works for it', async () => {
    await attach();
    const problem = await api.refused('POST', at(), 'container-differs', {
      body: { workload: 'shop/db/2', name: 'shop-db-1', networks: [A] },
    });
    expect(problem.differences).toEqual([{ field: 'workload', is: DB, asked: 'shop/db/2' }]);
    expect(problem.detail).toBe(`container ${host}/shop-db-1 exists and is an attachment of ${DB}`);
    expect(problem.fix).toContain(`orrery rm ${host}/shop-db-1`);
    // Another spec for the same workload can be changed.
    const spec = await api.refused('POST', at(), 'container-differs', { body: { workload: DB, networks: [B] } });
    expect(spec.fix).toContain('orrery container set');
  });

  it('and a container with a network of its own never take over the name of the other', async () => {
    await change('POST', containers(), { name: 'shop-db-1', networks: [A] });
    const body = { workload: DB, networks: [A] };
    const taken = await api.refused('POST', at(), 'container-differs', { body });
    expect(taken.detail).toBe(`container ${host}/shop-db-1 exists and is not an attachment`);
    await attach({ name: 'other' });
    await api.refused('POST', containers(), 'container-differs', { body: { name: 'other', networks: [A] } });
  });

  it('can be made and seen by a token with a scope only within it', async () => {
    await attach({ name: 'hidden' });
    await change('POST', containers(), { name: 'demo', networks: [B] });
    const made = { name: host, role: 'operator', scope: { networks: [B] } };
    const { secret: token } = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: made })).body;
    const body = { workload: DB, networks: [B] };
    expect((await api.ask('POST', at(), Accepted, { token, body })).body.command.networks).toEqual([B]);
    expect((await api.ask('GET', at(), ContainerPage, { token })).body.items.map(({ name }) => name)).toEqual([
      'shop-db-1',
    ]);
    expect(await names(at())).toEqual(['hidden', 'shop-db-1']);
    await api.refused('DELETE', at('/hidden'), 'unknown-container', { token });
    const other = { workload: 'shop/web/1', networks: [A] };
    await api.refused('POST', at(), 'forbidden', { token, body: other });
    const taken = await api.refused('POST', at(), 'container-differs', { token, body: { ...body, name: 'hidden' } });
    expect([taken.detail, taken.differences]).toEqual([`the name hidden is taken on ${host}`, undefined]);
  });

  it('keeps its workload when its spec is replaced, and when it is restarted', async () => {
    await attach();
    const replaced = await change('PUT', containers('/shop-db-1'), { networks: [B], limits: { pids: 64 } });
    expect(await received(replaced)).toMatchObject([{ kind: 'attachment', workload: DB, limits: { pids: 64 } }]);
    const restarted = await change('POST', containers('/shop-db-1/restart'));
    expect(await received(restarted)).toMatchObject([{ kind: 'attachment', workload: DB, incarnation: 1 }]);
    expect(await get()).toMatchObject({ workload: DB, networks: [B] });
  });

  it('accepts a workload and a spec of the documented form only', async () => {
    const wrong = [
      { networks: [A] },
      { workload: DB },
      { workload: 'shop/db', networks: [A] },
      { workload: 'shop/db/0', networks: [A] },
      { workload: '../etc', networks: [A] },
      { workload: DB, networks: [A], name: 'Not A Name' },
      { workload: DB, networks: [A], volumes: ['/:/host'] },
    ];
    for (const body of wrong) await api.refused('POST', at(), 'bad-request', { body });
    await api.refused('POST', containers(), 'bad-request', { body: { name: 'demo', networks: [A], workload: DB } });
    await api.refused('POST', '/v1/hosts/nowhere/attachments', 'unknown-host', {
      body: { workload: DB, networks: [A] },
    });
    await api.refused('POST', at(), 'unknown-network', { body: { workload: DB, networks: ['nothing'] } });
    expect(await names(at())).toEqual([]);
    await api.ask('PUT', `/v1/networks/${B}`, Network, { body: { name: 'office' } });
    expect((await attach({ networks: ['office'] })).networks).toEqual([B]);
  });

  it('is shown by a dry run as a container that would be created, with its workload, and is not created', async () => {
    agent.answer = () => ({ result: 'ok', value: { steps: [] } });
    const body = { workload: DB, networks: [A] };
    const { body: shown } = await api.ask('POST', at('?dryRun=true'), DryRun, { body });
    const created = shown.changes.find(({ noun }) => noun === 'container');
    expect(created).toMatchObject({ name: `${host}/shop-db-1`, action: 'create' });
    expect(created?.fields).toContainEqual({ field: 'workload', is: null, becomes: DB });
    expect(await names(at())).toEqual([]);
  });
});

describe('a detached workload', () => {
  it('gets its attachment removed with its memberships', async () => {
    const { node } = await attach({ networks: [A, B] });
    const command = await change('DELETE', at('/shop-db-1'));
    expect(command).toMatchObject({ action: 'remove', node });
    expect(command.items).toHaveLength(3);
    expect(await received(command)).toMatchObject([{ kind: 'attachment', workload: DB, intent: 'absent' }]);
    expect((await get()).intent).toBe('absent');
  });

  it('can be attached again meanwhile and keeps its node, which no other workload gets', async () => {
    const { node } = await attach();
    await change('DELETE', at('/shop-db-1'));
    const body = { name: 'shop-db-1', networks: [A] };
    await api.refused('POST', at(), 'being-removed', { body: { ...body, workload: 'shop/db/2' } });
    await api.refused('POST', containers(), 'being-removed', { body });
    expect((await attach({ networks: [B] })).node).toBe(node);
    expect(await get()).toMatchObject({ intent: 'present', workload: DB, networks: [B] });
  });

  it('is an attachment of this host: other containers and other hosts stay', async () => {
    await change('POST', containers(), { name: 'demo', networks: [A] });
    const { detail } = await api.refused('DELETE', at('/demo'), 'unknown-container');
    expect(detail).toBe(`there is no attachment ${host}/demo`);
    await api.refused('DELETE', at('/nothing'), 'unknown-container');
    expect((await get('demo')).intent).toBe('present');
  });

  it('can be removed as any container, too', async () => {
    await attach();
    const command = await change('DELETE', containers('/shop-db-1?forget=true'));
    expect(await received(command)).toMatchObject([{ kind: 'attachment', workload: DB, intent: 'absent' }]);
  });
});
