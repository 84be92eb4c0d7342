import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CommandPage,
  Container,
  ContainerPage,
  HostPage,
  MembershipPage,
  Network,
  Status,
  type Attention,
} from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { command, container, host, id, LAB, membership, network } from './support/stub-data.js';

describe('output', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string) => runCli(line, api.env);
  const hosts = (...items: ReturnType<typeof host>[]) =>
    api.on('GET /v1/hosts', () => json(HostPage, { items, next: null }));

  it('is a table without borders that marks simulated hosts', async () => {
    hosts(
      host('web-1'),
      host('sim-1', { simulated: true, presence: 'unreachable', lastSeenAt: null, labels: {}, engine: null }, 2),
    );
    const lines = (await orrery('host ls')).out.split('\n');
    expect(lines[0]).toMatch(/^HOST +PRESENCE +SEEN +LABELS +DOCKER +AGENT$/);
    expect(lines[1]).toMatch(/^web-1 +online +\d+d +site=cloud +26\.1\.5 +0\.1\.0$/);
    expect(lines[2]).toMatch(/^sim-1 \(simulated\) +unreachable +- +- +- +0\.1\.0$/);
  });

  it('is wider with -o wide, and only names with -o name', async () => {
    hosts(host('web-1'), host('web-2', {}, 2));
    expect((await orrery('hosts -o wide')).out).toContain(id('hst', 2));
    expect((await orrery('hosts -o name')).out).toBe('web-1\nweb-2');
  });

  it('is the answer of the API with -o json, including unknown fields', async () => {
    const newer = { ...host('web-1'), tomorrow: { is: ['another', 'day'] } };
    api.on('GET /v1/hosts', () => ({ status: 200, body: { items: [newer], next: null } }));
    api.on('GET /v1/hosts/web-1', () => ({ status: 200, body: newer }));
    expect(JSON.parse((await orrery('host ls -o json')).out)).toEqual([newer]);
    expect(JSON.parse((await orrery('host get web-1 -o json')).out)).toEqual(newer);
  });

  it('is an empty array with -o json, and otherwise a message on stderr, when the list is empty', async () => {
    hosts();
    expect(await orrery('host ls -o json')).toEqual({ code: 0, out: '[]', err: '' });
    expect(await orrery('host ls')).toMatchObject({ code: 0, out: '', err: expect.stringContaining('No hosts') });
  });

  it('follows the pages of a list', async () => {
    api.on('GET /v1/hosts', ({ query }) =>
      query.after === 'two'
        ? json(HostPage, { items: [host('web-2', {}, 2)], next: null })
        : json(HostPage, { items: [host('web-1')], next: 'two' }),
    );
    expect((await orrery('hosts -o name')).out).toBe('web-1\nweb-2');
    expect((await orrery('hosts -o name --limit 1')).out).toBe('web-1');
    expect(api.requests.at(-1)?.query.limit).toBe('1');
  });

  it('passes filters to the API, and selects rows of matching hosts with -l', async () => {
    hosts(host('web-2', {}, 2));
    const items = [container('a', host('web-1')), container('b', host('web-2', {}, 2))];
    api.on('GET /v1/containers', () => json(ContainerPage, { items, next: null }));
    expect((await orrery('containers -l tier=web --network lab -o name')).out).toBe('web-2/b');
    expect(api.asked('GET /v1/hosts')[0]?.query.selector).toBe('tier=web');
    expect(api.asked('GET /v1/containers')[0]?.query.network).toBe('lab');
    expect((await orrery('containers -o name')).out).toBe('web-1/a\nweb-2/b');
    expect(api.asked('GET /v1/containers')[1]?.query.attention).toBeUndefined();
    await orrery('containers --attention');
    expect(api.asked('GET /v1/containers')[2]?.query.attention).toBe('true');
    hosts();
    expect((await orrery('host ls --attention')).err).toBe('No hosts need attention.');
  });

  it('shows the workloads of attachments with -o wide', async () => {
    const items = [container('a'), container('db', undefined, { workload: 'shop/db/1' })];
    api.on('GET /v1/containers', () => json(ContainerPage, { items, next: null }));
    const lines = (await orrery('containers -o wide')).out.split('\n');
    expect(lines.map((line) => line.includes('WORKLOAD') || line.includes('shop/db/1'))).toEqual([true, false, true]);
    expect((await orrery('containers')).out).not.toContain('WORKLOAD');
  });

  it('shows the networks of containers by name, or by ID if they have none', async () => {
    const OTHER = '8056c2e21c000002';
    const items = [container('a', host('web-1'), { networks: [LAB, OTHER] })];
    api.on('GET /v1/containers', () => json(ContainerPage, { items, next: null }));
    api.on(`GET /v1/networks/${LAB}`, () => json(Network, network()));
    expect((await orrery('containers')).out).toContain(`lab,${OTHER}`);
    api.on('GET /v1/hosts/web-1/containers/a', () => json(Container, items[0]!));
    expect((await orrery('container get web-1/a')).out).toContain(`lab,${OTHER}`);
    expect(JSON.parse((await orrery('containers -o json')).out)).toMatchObject([{ networks: [LAB, OTHER] }]);
  });

  it('escapes foreign text in a table, and keeps its meaning in JSON', async () => {
    const hostile = 'a\u001b[31mred\u0007\u202eevil\u200b\r\nx\u009b2J';
    const row = membership('web-1', { network: { id: '8056c2e21c000001', name: hostile } });
    api.on('GET /v1/memberships', () => json(MembershipPage, { items: [row], next: null }));
    const table = (await orrery('membership ls')).out;
    expect(table).toContain('a\\x1b[31mred\\x07\\u{202e}evil\\u{200b}\\x0d\\x0ax\\x9b2J');
    const text = (await orrery('membership ls -o json')).out;
    const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/;
    expect(`${table}${text}`).not.toMatch(obeyed);
    expect((JSON.parse(text) as (typeof row)[])[0]?.network.name).toBe(hostile);
  });

  it('shows memberships that Orrery did not create as unmanaged, with both views of an address', async () => {
    const foreign = membership('web-1', { managed: false, intent: null, outcome: null, settings: null, version: null });
    const kept = membership('web-2', {
      status: 'ACCESS_DENIED',
      outcome: { kind: 'waiting', code: 'authorization', cause: 'c', fix: 'f', commands: [] },
    });
    api.on('GET /v1/memberships', () => json(MembershipPage, { items: [foreign, kept], next: null }));
    const { out } = await orrery('memberships');
    expect(out).toMatch(/web-1 .*OK +unmanaged/);
    expect(out).toMatch(/web-2 .*ACCESS_DENIED +waiting: authorization +ztmjfmfyq5 up +10\.1\.2\.3\/24/);
  });

  it('shows cause, fix and where to read more for a failed command', async () => {
    const failed = command({
      state: 'failed',
      outcome: {
        ...{ kind: 'failed', code: 'image-absent', cause: 'there is no such image', fix: 'pull another' },
        commands: [{ on: 'host', host: 'web-1', run: 'docker pull another' }],
      },
    });
    api.on(`GET /v1/commands/${failed.id}`, () => ({ status: 200, body: failed }));
    const { out, code } = await orrery(`command get ${failed.id}`);
    expect(code).toBe(0);
    expect(out).toMatch(
      /cause +there is no such image\nfix +pull another\nrun +docker pull another {3}\(on web-1, as root\)\nmore +orrery explain image-absent$/,
    );
  });

  it('fetches only the newest commands', async () => {
    api.on('GET /v1/commands', () => json(CommandPage, { items: [command()], next: null }));
    await orrery('commands');
    expect(api.requests[0]?.query.limit).toBe('50');
  });

  describe('orrery status', () => {
    const status: Status = {
      hosts: { online: 2, unreachable: 1, joined: 0, unknown: 0, simulated: 2 },
      containers: { running: 3, total: 4 },
      memberships: { ok: 4, waiting: 1, failed: 0, denied: 1, unmanaged: 2, total: 8 },
      attachments: { waiting: 1, memberships: 1 },
      commands: { unfinished: 1 },
      attention: [
        { severity: 'error', what: 'web-2 is unreachable', cause: 'no beat for 40 s', next: 'orrery host get web-2' },
      ],
    };

    it('prints counts, then only problems, each with the next command to run', async () => {
      api.on('GET /v1/status', () => json(Status, status));
      expect(await orrery('status')).toEqual({
        code: 0,
        err: '',
        out: [
          'hosts         2 online · 1 unreachable · 2 of them simulated',
          'containers    3 running of 4 · 1 waiting for a workload',
          'memberships   4 ok · 1 waiting · 1 denied · 2 unmanaged',
          'commands      1 unfinished',
          '',
          '✗ web-2 is unreachable: no beat for 40 s',
          '    orrery host get web-2',
        ].join('\n'),
      });
    });

    it('says how many more problems there are, and where', async () => {
      const attentionTotal = { error: 22_000, warning: 839, info: 1 };
      api.on('GET /v1/status', () => json(Status, { ...status, attentionTotal }));
      expect((await orrery('status')).out).toMatch(/\n… and 22,839 more: orrery finding ls$/);
      api.on('GET /v1/status', () => json(Status, { ...status, attentionTotal: { error: 1, warning: 0, info: 0 } }));
      expect((await orrery('status')).out).toMatch(/orrery host get web-2$/);
    });

    it('counts an entry that stands for many as so many', async () => {
      const [one] = status.attention;
      const attention = [{ ...one, count: 40 } as Attention];
      const total = (error: number) => ({ error, warning: 0, info: 0 });
      api.on('GET /v1/status', () => json(Status, { ...status, attention, attentionTotal: total(40) }));
      expect((await orrery('status')).out).toMatch(/orrery host get web-2$/);
      api.on('GET /v1/status', () => json(Status, { ...status, attention, attentionTotal: total(43) }));
      expect((await orrery('status')).out).toMatch(/\n… and 3 more: orrery finding ls$/);
    });

    it('says when there are no problems', async () => {
      api.on('GET /v1/status', () => json(Status, { ...status, attention: [] }));
      expect((await orrery('status')).out).toMatch(/\n\nNo problems found\.$/);
    });
  });

  describe('an error', () => {
    it('is problem JSON on stderr with -o json, from the API or the CLI, with nothing on stdout', async () => {
      api.on('GET /v1/hosts/web-9', () =>
        problem(404, 'unknown-host', 'There is no host web-9.', { fix: 'orrery host ls' }),
      );
      const unknown = await orrery('host get web-9 -o json');
      expect(unknown).toMatchObject({ code: 2, out: '' });
      expect(JSON.parse(unknown.err)).toMatchObject({
        type: '/docs/errors#unknown-host',
        status: 404,
        code: 'unknown-host',
      });
      const usage = await orrery('host get -o json');
      expect(usage).toMatchObject({ code: 2, out: '' });
      expect(JSON.parse(usage.err)).toMatchObject({ code: 'usage', detail: expect.stringContaining('host') });
    });

    it('lists the candidates of an ambiguous reference, and exits 2', async () => {
      api.on('GET /v1/nodes/89e92ceee5', () =>
        problem(409, 'ambiguous-reference', 'Two nodes have this address.', { candidates: ['web-1', 'web-2/demo'] }),
      );
      const { code, err } = await orrery('node get 89e92ceee5');
      expect(code).toBe(2);
      expect(err).toContain('did you mean:\n  web-1\n  web-2/demo');
    });
  });
});
