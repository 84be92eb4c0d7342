import { beforeEach, describe, expect, it } from '@jest/globals';
import { Accepted, ApiTokenMade, Command, CommandPage, Container, Membership } from '@orrery/shared/contracts';
import { startApi } from '../../../../test/support/api.js';
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

const containers = () => `/v1/hosts/${host}/containers`;
const launch = async (networks = [A]) =>
  (await api.ask('POST', containers(), Accepted, { body: { name: 'demo', networks } })).body.command;
const cancel = async (id: string) => (await api.ask('DELETE', `/v1/commands/${id}`, Accepted)).body.command;

describe('a command', () => {
  it('is unknown under an ID that does not exist, and refused under an invalid one', async () => {
    await api.refused('GET', '/v1/commands/cmd_aaaaaaaaaaaaaaaaaaaa', 'unknown-command');
    await api.refused('DELETE', '/v1/commands/cmd_aaaaaaaaaaaaaaaaaaaa', 'unknown-command');
    await api.refused('GET', '/v1/commands/1', 'bad-request');
    await api.refused('GET', '/v1/commands/cmd_AAAAAAAAAAAAAAAAAAAA', 'bad-request');
    await api.refused('GET', '/v1/commands?host=nowhere', 'unknown-host');
  });

  it('is listed newest first, completely over all pages, by host and state', async () => {
    await joinHost(api, host);
    const made = [await launch(), await launch(), await launch()].map(({ id }) => id);
    const first = (await api.get(`/v1/commands?host=${host}&limit=2`, CommandPage)).body;
    const second = (await api.get(`/v1/commands?host=${host}&limit=2&after=${first.next}`, CommandPage)).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.toReversed());
    expect(second.next).toBeNull();
    const queued = (await api.get(`/v1/commands?host=${host}&state=queued`, CommandPage)).body;
    expect(queued.items.map(({ id }) => id)).toEqual([made[2]]);
  });

  it('is found by a part of what it does, of the name of its host, or of who asked for it', async () => {
    await joinHost(api, host);
    await launch();
    const { secret: token } = (
      await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name: host + '-ann', role: 'operator' } })
    ).body;
    await api.ask('POST', containers(), Accepted, { body: { name: 'shop-db', networks: [A] }, token });
    const found = async (q: string) =>
      (await api.get(`/v1/commands?host=${host}&q=${encodeURIComponent(q)}`, CommandPage)).body.items.length;
    expect([await found('LAUNCH shop'), await found('h shop-d'), await found('shop_db'), await found('%')]).toEqual([
      1, 1, 0, 0,
    ]);
    expect([await found(`${host}-ANN`), await found(host)]).toEqual([1, 2]);
  });
});

describe('a command that no agent has seen', () => {
  it('is cancelled, and what it created is no longer desired', async () => {
    await joinHost(api, host);
    const { id } = await launch();
    const cancelled = await cancel(id);
    expect(cancelled.state).toBe('cancelled');
    expect(cancelled.endedAt).not.toBeNull();
    expect((await api.get(`${containers()}/demo`, Container)).body.intent).toBe('absent');
    await api.refused('DELETE', `/v1/commands/${id}`, 'not-cancellable');
  });

  it('is cancelled, and what it changed is restored', async () => {
    await joinHost(api, host);
    await launch([A]);
    const before = (await api.get(`${containers()}/demo`, Container)).body;
    const spec = { networks: [A], image: 'zt:2', limits: { pids: 64 }, settings: { allowDNS: true } };
    const replaced = await api.ask('PUT', `${containers()}/demo`, Accepted, { body: spec });
    expect((await api.get(`${containers()}/demo`, Container)).body.image).toBe('zt:2');
    await cancel(replaced.body.command.id);
    const after = (await api.get(`${containers()}/demo`, Container)).body;
    expect(after).toMatchObject({
      image: before.image,
      limits: before.limits,
      networks: before.networks,
      intent: 'present',
    });
    const { body: membership } = await api.get(`/v1/nodes/${host}%2Fdemo/networks/${A}`, Membership);
    expect(membership.settings).toMatchObject({ allowDNS: false });
  });

  it('for an adoption is cancelled, and the membership belongs to its owner again: it is not desired absent', async () => {
    const { nodeId, hostId } = await joinHost(api, host);
    await api.database.query(
      `INSERT INTO membership_status (node_id, network_id, host_id, status, observed, ordinal, seq, updated_at)
       VALUES ($1, $2, $3, 'OK', $4, 1, 1, now())`,
      [
        nodeId,
        A,
        hostId,
        JSON.stringify({ allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false }),
      ],
    );
    const path = `/v1/nodes/${host}/networks/${A}`;
    const adoption = await api.ask('PUT', path, Accepted, { body: { adopt: true } });
    await cancel(adoption.body.command.id);
    expect(await api.database.query('SELECT id FROM items WHERE host_id = $1', [hostId])).toEqual([]);
    await api.refused('DELETE', path, 'unmanaged-membership');
    await api.ask('PUT', path, Accepted, { body: { adopt: true } });
    const release = await api.ask('DELETE', `${path}?release=true`, Accepted);
    await api.refused('DELETE', `/v1/commands/${release.body.command.id}`, 'not-cancellable');
  });

  it('for a removal is cancelled, and the container is desired again', async () => {
    await joinHost(api, host);
    await launch([A, B]);
    const removal = await api.ask('DELETE', `${containers()}/demo`, Accepted);
    await cancel(removal.body.command.id);
    expect((await api.get(`${containers()}/demo`, Container)).body).toMatchObject({
      intent: 'present',
      networks: [A, B],
    });
  });
});

describe('a command that an agent has received', () => {
  it('is carried out when the host comes back, and can no longer be cancelled', async () => {
    const joined = await joinHost(api, host);
    const { id } = await launch();
    const agent = await ListeningAgent.connect(joined);
    await launch();
    await eventually(() => agent.newest?.revision === 2);
    await eventually(
      async () => (await api.get(`/v1/commands?host=${host}&state=queued`, CommandPage)).body.items.length === 0,
    );
    const [newest] = (await api.get(`/v1/commands?host=${host}`, CommandPage)).body.items;
    expect(newest).toMatchObject({ state: 'delivered' });
    const { fix } = await api.refused('DELETE', `/v1/commands/${newest?.id}`, 'not-cancellable');
    expect(fix).toContain('opposite');
    expect((await api.get(`/v1/commands/${id}`, Command)).body.state).toBe('superseded');
    await agent.close();
  });
});

describe('a long poll', () => {
  it('answers at once when there is news, and at its timeout when there is none', async () => {
    await joinHost(api, host);
    const { id } = await launch();
    const start = performance.now();
    await api.get(`/v1/commands/${id}?wait=30s&seen=0`, Command);
    await api.get(`/v1/commands/${id}?wait=30s&state=waiting`, Command);
    await api.get(`/v1/commands/${id}`, Command);
    expect(performance.now() - start).toBeLessThan(15_000);
    const poll = await api.get(`/v1/commands/${id}?wait=1s&seen=1&state=queued`, Command);
    expect(poll.body.state).toBe('queued');
    expect(performance.now() - start).toBeGreaterThan(1000);
    await api.refused('GET', `/v1/commands/${id}?wait=1h`, 'bad-request');
  });

  it('answers as soon as the command progresses', async () => {
    await joinHost(api, host);
    const { id } = await launch();
    const start = performance.now();
    const poll = api.get(`/v1/commands/${id}?wait=30s&seen=1&state=queued`, Command);
    await cancel(id);
    expect((await poll).body.state).toBe('cancelled');
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('releases a poller that hangs up, and everyone at shutdown', async () => {
    await joinHost(api, host);
    const { id } = await launch();
    const url = `${api.url}/v1/commands/${id}?wait=60s&seen=1&state=queued`;
    const headers = { authorization: `Bearer ${api.adminToken}` };
    const gone = fetch(url, { headers, signal: AbortSignal.timeout(300) });
    await expect(gone).rejects.toThrow();
    const other = await startApi();
    await joinHost(other.api, host);
    const command = await other.api.ask('POST', containers(), Accepted, { body: { name: 'demo', networks: [A] } });
    const waiting = other.api.get(`/v1/commands/${command.body.command.id}?wait=60s&seen=1&state=queued`, Command);
    const waited = waiting.then(({ body }) => body.state);
    await other.api.get(`/v1/commands/${command.body.command.id}`, Command);
    const start = performance.now();
    await other.close();
    expect(await waited).toBe('queued');
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});
