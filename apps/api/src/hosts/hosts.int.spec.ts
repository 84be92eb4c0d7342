import { beforeAll, describe, expect, it } from '@jest/globals';
import { Accepted, Command, DryRun, EventPage, Host, HostPage, NodePage, Status } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { joinHost, newInstallation } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';

const { api } = apiFixture();
const LAUNCH = { name: 'demo', networks: ['8056c2e21c000001'] };

beforeAll(async () => {
  const hosts: Record<string, Record<string, string>> = {
    'a-1': { site: 'cloud', tier: 'web' },
    'a-2': { site: 'cloud', tier: 'db' },
    'b-1': { site: 'home', gpu: '' },
    'b-2': {},
  };
  for (const [name, labels] of Object.entries(hosts)) await joinHost(api, name, { labels });
}, 60_000);

const names = async (query: string) =>
  (await api.get(`/v1/hosts${query}`, HostPage)).body.items.map(({ name }) => name);

describe('the list of hosts', () => {
  it('is complete over its pages, by name', async () => {
    const seen: string[] = [];
    let after: string | null = '';
    do {
      const { body: page }: { body: HostPage } = await api.get(
        `/v1/hosts?limit=3${after && `&after=${after}`}`,
        HostPage,
      );
      seen.push(...page.items.map(({ name }) => name));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(['a-1', 'a-2', 'b-1', 'b-2']);
  });

  it.each([
    ['site=cloud', ['a-1', 'a-2']],
    ['site=cloud,tier!=db', ['a-1']],
    ['site!=cloud', ['b-1', 'b-2']],
    ['gpu', ['b-1']],
    ['!site', ['b-2']],
    ['site=nowhere', []],
  ])('can be filtered by the selector %s on labels', async (selector, expected) => {
    expect(await names(`?selector=${encodeURIComponent(selector)}`)).toEqual(expected);
  });

  it('can be filtered by presence', async () => {
    expect(await names('?presence=online')).toEqual([]);
    expect(await names('?presence=joined')).toHaveLength(4);
  });
});

describe('a host', () => {
  it('is found by name and by ID, with its ETag, and is unknown otherwise', async () => {
    const { body, headers } = await api.get('/v1/hosts/a-1', Host);
    expect(headers.get('etag')).toMatch(/^"1\.[\w-]{16}"$/);
    expect((await api.get(`/v1/hosts/${body.id}`, Host)).body).toEqual(body);
    await api.refused('GET', '/v1/hosts/a-9', 'unknown-host');
    await api.refused('GET', '/v1/hosts/hst_aaaaaaaaaaaaaaaaaaaa', 'unknown-host');
  });

  it('gets a new name and labels, and keeps the fields that are not named', async () => {
    await joinHost(api, 'old', { labels: { keep: 'me', drop: 'me' } });
    const body = { name: 'new', setLabels: { drop: null, add: 'x' } };
    const changed = await api.ask('PATCH', '/v1/hosts/old', Host, { body });
    expect(changed.body).toMatchObject({ name: 'new', labels: { keep: 'me', add: 'x' }, version: 2 });
    expect(changed.headers.get('etag')).toBe('"2"');
    await api.refused('GET', '/v1/hosts/old', 'unknown-host');
    const replaced = await api.ask('PATCH', '/v1/hosts/new', Host, { body: { labels: { only: 'this' } } });
    expect(replaced.body.labels).toEqual({ only: 'this' });
  });

  it('is changed by only one of two clients that saw the same version', async () => {
    await joinHost(api, 'edited');
    const headers = { 'if-match': '"1"' };
    await api.ask('PATCH', '/v1/hosts/edited', Host, { body: { setLabels: { by: 'first' } }, headers });
    await api.refused('PATCH', '/v1/hosts/edited', 'revision-conflict', {
      body: { setLabels: { by: 'second' } },
      headers,
    });
    const { body } = await api.get('/v1/hosts/edited', Host);
    expect(body.labels).toEqual({ by: 'first' });
    const newer = { 'if-match': `"${body.version}"` };
    await api.ask('PATCH', '/v1/hosts/edited', Host, { body: { setLabels: { by: 'second' } }, headers: newer });
  });

  it('cannot take the name of another, have labels of the wrong form, or be patched with nothing', async () => {
    await api.refused('PATCH', '/v1/hosts/a-1', 'name-taken', { body: { name: 'a-2' } });
    await api.refused('PATCH', '/v1/hosts/a-1', 'bad-request', { body: { setLabels: { 'No Good': 'x' } } });
    await api.refused('PATCH', '/v1/hosts/a-1', 'bad-request', { body: {} });
    expect((await api.get('/v1/hosts/a-1', Host)).body).toMatchObject({ name: 'a-1', version: 1 });
  });
});

describe('a paused host', () => {
  const desired = async (id: string) => {
    const rows = await api.database.query<{ revision: string; paused: boolean }[]>(
      'SELECT revision, paused FROM hosts WHERE id = $1',
      [id],
    );
    return rows.map(({ revision, paused }) => [Number(revision), paused])[0];
  };
  const told = async (id: string) =>
    (await api.get(`/v1/events?host=${id}&type=host.paused,host.resumed`, EventPage)).body.items.map(
      ({ type }) => type,
    );

  it('has a new revision, an event that names the person, and a line in the status; repeating the request changes nothing', async () => {
    const { hostId } = await joinHost(api, 'busy');
    const paused = await api.ask('POST', '/v1/hosts/busy/pause', Host);
    expect(paused.body).toMatchObject({ name: 'busy', paused: true, revision: 1 });
    await api.ask('POST', '/v1/hosts/busy/pause', Host);
    expect(await desired(hostId)).toEqual([1, true]);
    const { attention } = (await api.get('/v1/status', Status)).body;
    expect(attention).toContainEqual(
      expect.objectContaining({ what: 'busy is paused', next: 'orrery host resume busy' }),
    );
    expect((await api.ask('POST', '/v1/hosts/busy/resume', Host)).body).toMatchObject({ paused: false, revision: 2 });
    await eventually(async () => (await told(hostId)).length === 2, { what: 'both events' });
    expect((await told(hostId)).sort()).toEqual(['io.orrery.host.paused', 'io.orrery.host.resumed']);
  });

  it('does not change in a dry run, which only shows the result', async () => {
    const { hostId } = await joinHost(api, 'tried');
    await api.ask('POST', '/v1/hosts/tried/pause?dryRun=true', DryRun);
    expect(await desired(hostId)).toEqual([0, false]);
  });
});

describe('the removal of a host', () => {
  it('is refused while it has desired items, unless forced; its commands stay readable', async () => {
    const installation = newInstallation();
    const { hostId } = await joinHost(api, 'gone', { installation });
    const { body: launched } = await api.ask('POST', '/v1/hosts/gone/containers', Accepted, { body: LAUNCH });
    await api.refused('DELETE', '/v1/hosts/gone', 'host-not-empty');
    const waiting = { kind: 'waiting', code: 'authorization', cause: 'nobody admitted it', fix: 'admit it' };
    await api.database.query(`UPDATE commands SET state = 'waiting', outcome = $2 WHERE id = $1`, [
      launched.command.id,
      JSON.stringify(waiting),
    ]);
    const removed = await api.ask('DELETE', '/v1/hosts/gone?confirm=gone', Host);
    expect(removed.body.id).toBe(hostId);

    await api.refused('GET', '/v1/hosts/gone', 'unknown-host');
    await api.refused('GET', '/v1/hosts/gone/containers/demo', 'unknown-container');
    expect((await api.get('/v1/nodes', NodePage)).body.items.map(({ name }) => name)).not.toContain('gone');
    const { body: command } = await api.get(`/v1/commands/${launched.command.id}`, Command);
    expect(command).toMatchObject({ state: 'cancelled', outcome: null, host: { id: hostId, name: 'gone' } });
    const told = async () => (await api.get(`/v1/events?host=${hostId}&type=command.cancelled`, EventPage)).body.items;
    await eventually(async () => (await told()).length > 0, { what: 'the cancelled command being told of' });
    expect(await told()).toMatchObject([
      { subject: 'gone/demo/8056c2e21c000001', data: { command: command.id, action: 'launch' } },
    ]);

    const again = await joinHost(api, 'gone', { installation });
    expect(again.hostId).not.toBe(hostId);
  });

  it('leaves no observation of it behind', async () => {
    const { hostId } = await joinHost(api, 'observed');
    await api.database.query(
      `INSERT INTO workloads (host_id, workload, observed, ordinal, seq, updated_at) VALUES ($1, 'shop/db/1', '{}', 1, 1, now())`,
      [hostId],
    );
    const tables = await api.database.query<{ name: string }[]>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'host_id'
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition ORDER BY 1`,
    );
    const left = async () => {
      const counts = tables.map(async ({ name }) => {
        const [row] = await api.database.query<{ n: number }[]>(
          `SELECT count(*)::int AS n FROM ${name} WHERE host_id = $1`,
          [hostId],
        );
        return row && row.n > 0 ? [name] : [];
      });
      return (await Promise.all(counts)).flat();
    };
    expect(await left()).toEqual(expect.arrayContaining(['host_status', 'nodes', 'workloads']));
    await api.ask('DELETE', '/v1/hosts/observed?confirm=observed', Host);
    // Events on their way into the history are no observation, and its key stays revoked.
    expect((await left()).filter((name) => !['outbox', 'revoked_keys'].includes(name))).toEqual([]);
  });

  it('needs no force when the host has no desired items', async () => {
    await joinHost(api, 'empty');
    await api.ask('DELETE', '/v1/hosts/empty', Host);
    await api.refused('DELETE', '/v1/hosts/empty', 'unknown-host');
  });
});
