import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  AcceptedGroup,
  CommandPage,
  ContainerPage,
  DryRun,
  Membership,
  MembershipPage,
} from '@orrery/shared/contracts';
import { type RunningApi } from '../../../../test/support/api.js';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { eventually } from '../../../../test/support/eventually.js';
import { joinHost } from '../../../../test/support/joined-host.js';

const [A, B] = ['8056c2e21c00000a', '8056c2e21c00000b'];
const { api } = apiFixture();

beforeAll(async () => {
  for (const name of ['a-1', 'a-2', 'a-3']) await joinHost(api, name, { labels: { site: 'cloud' } });
  await joinHost(api, 'b-1', { labels: { site: 'home' } });
}, 60_000);

const JOIN = { action: 'join', network: A };
const fanOut = (body: object) => api.ask('POST', '/v1/commands', AcceptedGroup, { body });
const refused = (code: Parameters<RunningApi['refused']>[2], body: object) =>
  api.refused('POST', '/v1/commands', code, { body });
const count = async (query: string) => (await api.get(`/v1/memberships?${query}`, MembershipPage)).body.items.length;

describe('a command for all matching hosts', () => {
  it('is one command per host, all in one group', async () => {
    const { status, headers, body } = await fanOut({ selector: 'site=cloud', command: JOIN, confirm: 3 });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/v1/commands?group=${body.group}`);
    expect(body.commands.map(({ host, action }) => [host.name, action])).toEqual([
      ['a-1', 'join'],
      ['a-2', 'join'],
      ['a-3', 'join'],
    ]);
    const { items } = (await api.get(`/v1/commands?group=${body.group}`, CommandPage)).body;
    expect(items.map(({ id }) => id).sort()).toEqual(body.commands.map(({ id }) => id).sort());
    expect(await count(`network=${A}&managed=true`)).toBe(3);
  });

  it('names its hosts and does nothing while their number is missing or wrong', async () => {
    for (const confirm of [undefined, 2, 4]) {
      const body = { selector: 'site=cloud', command: { ...JOIN, network: B }, confirm };
      const { candidates, fix } = await refused('confirmation-required', body);
      expect(candidates).toEqual(['a-1', 'a-2', 'a-3']);
      expect(fix).toContain('3');
    }
    expect(await count(`network=${B}`)).toBe(0);
  });

  it('needs no number when only one host matches', async () => {
    const { body } = await fanOut({ selector: 'site=home', command: JOIN });
    expect(body.commands).toHaveLength(1);
  });

  it('is carried out on all hosts or on none', async () => {
    await fanOut({ selector: 'site=home', command: { action: 'launch', name: 'demo', spec: { networks: [A] } } });
    const restart = { action: 'restart', container: 'demo' };
    await refused('unknown-container', { selector: 'site', command: restart, confirm: 4 });
    const launch = { action: 'launch', name: 'demo', spec: { networks: [B] } };
    await refused('container-differs', { selector: 'site', command: launch, confirm: 4 });
    expect((await api.get('/v1/containers', ContainerPage)).body.items.map(({ host }) => host.name)).toEqual(['b-1']);
    await fanOut({ selector: 'site=home', command: restart });
  });

  it('reaches nodes of containers as well, and can leave and remove', async () => {
    await fanOut({
      selector: 'site=cloud',
      command: { action: 'launch', name: 'zt', spec: { networks: [A] } },
      confirm: 3,
    });
    await fanOut({ selector: 'site=cloud', command: { ...JOIN, network: B, container: 'zt' }, confirm: 3 });
    expect(await count(`network=${B}`)).toBe(3);
    const leave = { action: 'leave', network: B, container: 'zt' };
    const left = await fanOut({ selector: 'site=cloud', command: leave, confirm: 3 });
    expect(left.body.commands.map(({ target }) => target)).toContain(`a-1/zt in ${B}`);
    await fanOut({ selector: 'site=cloud', command: { action: 'remove', container: 'zt' }, confirm: 3 });
  });

  it('supersedes on each host only what it replaces there, with one event for each command', async () => {
    const restart = { selector: 'site=cloud', command: { action: 'restart', container: 'many' }, confirm: 3 };
    const launch = { action: 'launch', name: 'many', spec: { networks: [A, B] } };
    await fanOut({ selector: 'site=cloud', command: launch, confirm: 3 });
    const other = await fanOut({
      selector: 'site=cloud',
      command: { ...JOIN, network: '8056c2e21c00000d' },
      confirm: 3,
    });
    const older = await fanOut(restart);
    const newer = await fanOut(restart);
    const statesOf = async (group: string) =>
      (await api.get(`/v1/commands?group=${group}`, CommandPage)).body.items.map(({ state }) => state);
    expect(await statesOf(older.body.group)).toEqual(['superseded', 'superseded', 'superseded']);
    expect(await statesOf(newer.body.group)).toEqual(['queued', 'queued', 'queued']);
    expect(await statesOf(other.body.group)).toEqual(['queued', 'queued', 'queued']);
    const told = () =>
      api.database.query<{ type: string; n: number }[]>(
        `SELECT type, count(*)::int AS n FROM events JOIN commands c ON c.id = command_id
         WHERE c.group_id = $1 GROUP BY type ORDER BY type`,
        [older.body.group],
      );
    await eventually(async () => (await told()).length === 2, { what: 'the events of the older commands' });
    expect(await told()).toEqual([
      { type: 'command.created', n: 3 },
      { type: 'command.superseded', n: 3 },
    ]);
    const items = await api.database.query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM commands c JOIN command_items i ON i.command_id = c.id
       JOIN hosts h ON h.id = c.host_id AND h.revision = c.revision AND i.revision = c.revision WHERE c.group_id = $1 GROUP BY c.id`,
      [newer.body.group],
    );
    expect(items).toEqual([{ n: 3 }, { n: 3 }, { n: 3 }]);
  });

  it('keeps the settings of memberships that exist already, except those that it names', async () => {
    const network = '8056c2e21c00000c';
    const list = ['10.1.0.0/16'];
    const own = { settings: { allowManaged: list, allowDefault: true } };
    await api.ask('PUT', `/v1/nodes/a-1/networks/${network}`, Accepted, { body: own });
    const settings = async (name: string) =>
      (await api.get(`/v1/nodes/${name}/networks/${network}`, Membership)).body.settings;
    const join = (more: object) =>
      fanOut({ selector: 'site=cloud', command: { action: 'join', network, ...more }, confirm: 3 });
    await join({});
    expect(await settings('a-1')).toMatchObject({ allowManaged: list, allowDefault: true, allowDNS: false });
    expect(await settings('a-2')).toMatchObject({ allowManaged: true, allowDefault: false, allowDNS: false });
    await join({ settings: { allowDNS: true } });
    expect(await settings('a-1')).toMatchObject({ allowManaged: list, allowDefault: true, allowDNS: true });
    expect(await settings('a-2')).toMatchObject({ allowManaged: true, allowDefault: false, allowDNS: true });
  });

  it('must match some host, with a valid selector', async () => {
    await refused('no-matching-host', { selector: 'site=moon', command: JOIN });
    await refused('bad-request', { selector: '=', command: JOIN });
    await refused('bad-request', { selector: 'site', command: { action: 'destroy' } });
    await refused('bad-request', { selector: 'site', command: { ...JOIN, adopt: true } });
    await refused('unknown-network', { selector: 'site=home', command: { ...JOIN, network: 'lab' } });
  });

  it('can be tried in a dry run, and is then refused like the real request', async () => {
    const body = { selector: 'site=cloud', command: { ...JOIN, network: B }, confirm: 3 };
    const wrong = { body: { ...body, confirm: 2 } };
    const problem = await api.refused('POST', '/v1/commands?dryRun=true', 'confirmation-required', wrong);
    expect(problem.candidates).toEqual(['a-1', 'a-2', 'a-3']);
    const { body: dryRun } = await api.ask('POST', '/v1/commands?dryRun=true', DryRun, { body });
    // A dry run needs no number, because it shows the number.
    const unconfirmed = await api.ask('POST', '/v1/commands?dryRun=true', DryRun, {
      body: { ...body, confirm: undefined },
    });
    expect(unconfirmed.body).toEqual(dryRun);
    expect(dryRun.hosts.map(({ host, steps }) => [host.name, steps])).toEqual([
      ['a-1', null],
      ['a-2', null],
      ['a-3', null],
    ]);
    expect(dryRun.changes.map(({ noun, name, action }) => [noun, name, action])).toEqual(
      ['a-1', 'a-2', 'a-3'].map((name) => ['membership', `${name} in ${B}`, 'create']),
    );
  });
});
