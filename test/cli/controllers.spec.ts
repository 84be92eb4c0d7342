import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command, Controller, ControllerAccepted, ControllerPage, DryRun } from '@orrery/shared/contracts';
import { temporaryFolder } from '../support/servers.js';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { command, controller, id, stages } from './support/stub-data.js';

describe('controllers', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string, answer?: string) => runCli(line, api.env, answer === undefined ? {} : { answer });
  const posted = () => api.asked('POST /v1/controllers').map(({ body }) => body);

  it('are listed with place and state', async () => {
    const away = { state: 'away' as const, cause: 'its host is away', fix: 'orrery host get web-2' };
    const items = [controller('web-1', { networks: 2 }), controller('web-2', away, 2)];
    api.on('GET /v1/controllers', () => json(ControllerPage, { items, next: null }));
    const lines = (await orrery('controllers --kind self-hosted')).out.split('\n');
    expect(lines[0]).toMatch(/^CONTROLLER +KIND +WHERE +STATE +ADDRESS +NETWORKS +CAUSE$/);
    expect(lines[1]).toMatch(/^web-1 +self-hosted +web-1\/controller +up +3e92c1f0a7 +2 +-$/);
    expect(lines[2]).toMatch(/^web-2 .* away .* its host is away$/);
    expect(api.requests[0]?.query.kind).toBe('self-hosted');
    expect((await orrery('controller ls -o name')).out).toBe('web-1\nweb-2');
    expect(JSON.parse((await orrery('controller ls -o json')).out)).toEqual(items);
  });

  it('show the cause and fix of a problem', async () => {
    const absent = controller('web-1', { state: 'absent', cause: 'this build has none', fix: 'use another image' });
    api.on('GET /v1/controllers/web-1', () => json(Controller, absent));
    const { out } = await orrery('controller get web-1');
    expect(out).toMatch(/state +absent\n/);
    expect(out).toMatch(/cause +this build has none\n/);
    expect(out).toMatch(/\nfix +use another image$/);
  });

  describe('on a host', () => {
    const launch = command({ target: 'controller on web-1' });
    const accepted = json(ControllerAccepted, { command: launch, controller: controller('web-1') }, 202);
    const ends = (more: Partial<Command>) =>
      api.on(`GET /v1/commands/${launch.id}`, () => json(Command, { ...launch, ...more }));
    beforeEach(() => {
      api.on('POST /v1/controllers', () => accepted);
      api.on(`GET /v1/controllers/${id('ctl')}`, () => json(Controller, controller('web-1')));
      ends({ state: 'done', stages: stages(['pull', 900, 'zerotier/zerotier:1.14.2'], ['started', 1400]) });
    });

    it('are launched with the stages of a launch, and shown when they are ready', async () => {
      const { code, out } = await orrery('controller add web-1 --name edge');
      expect([code, posted()]).toEqual([0, [{ kind: 'self-hosted', host: 'web-1', name: 'edge' }]]);
      expect(out).toMatch(
        /^controller on web-1 → 8056c2e21c000001\n {2}✓ pull +zerotier\/zerotier:1\.14\.2 +0\.90 s\n/,
      );
      expect(out).toMatch(/done in .*\ncontroller +web-1\n/);
    });

    it('print only the controller of the API with -o json, whether launched or existing', async () => {
      const { code, out } = await orrery('controller add web-1 -o json');
      expect([code, JSON.parse(out)]).toEqual([0, controller('web-1')]);
      api.on('POST /v1/controllers', () => json(Controller, controller('web-1'), 201));
      expect(JSON.parse((await orrery('controller add web-1/router --existing -o json')).out)).toEqual(
        controller('web-1'),
      );
      expect(posted()[1]).toEqual({ kind: 'self-hosted', node: 'web-1/router' });
    });

    it('are not waited for with --no-wait', async () => {
      const { code, err } = await orrery('controller add web-1 --no-wait');
      expect([code, err]).toEqual([0, `follow it: orrery command wait ${launch.id}`]);
      expect(api.asked(`GET /v1/commands/${launch.id}`)).toEqual([]);
    });

    it('exit 1 when the launch failed, and 3 at the timeout', async () => {
      const outcome = {
        kind: 'failed' as const,
        code: 'pull-refused' as const,
        cause: 'no such image',
        fix: 'name one',
        commands: [],
      };
      ends({ state: 'failed', outcome });
      expect(await orrery('controller add web-1')).toMatchObject({
        code: 1,
        out: expect.stringContaining('no such image'),
      });
      const asJson = await orrery('controller add web-1 -o json');
      expect([asJson.code, asJson.out, (JSON.parse(asJson.err) as { code: string }).code]).toEqual([
        1,
        '',
        'pull-refused',
      ]);
      ends({ state: 'delivered' });
      expect((await orrery('controller add web-1 --wait=20ms')).code).toBe(3);
    });

    it('are only planned with --dry-run', async () => {
      const steps = [{ step: 'create-container', target: 'controller', detail: '' }];
      api.on('POST /v1/controllers', () =>
        json(DryRun, { dryRun: true, changes: [], hosts: [{ host: { id: id('hst'), name: 'web-1' }, steps }] }),
      );
      expect((await orrery('controller add web-1 --dry-run')).out).toContain('create-container');
      expect(api.requests.at(-1)?.query).toEqual({ dryRun: 'true' });
    });
  });

  it('use ZeroTier Central with a token from a file or stdin, which is never printed', async () => {
    const central = controller('central', {
      kind: 'central',
      node: null,
      host: null,
      url: 'https://c/api/v1',
      address: null,
    });
    api.on('POST /v1/controllers', () => json(Controller, central, 201));
    const file = join(await temporaryFolder('token'), 'central.token');
    await writeFile(file, 'secret-token-1\n');
    const first = await orrery(`controller add --central --token-file ${file} --url https://c/api/v1`);
    const second = await orrery('controller add --central --token-file - --name other', 'secret-token-2');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(posted()).toEqual([
      { kind: 'central', url: 'https://c/api/v1', token: 'secret-token-1' },
      { kind: 'central', name: 'other', token: 'secret-token-2' },
    ]);
    expect([first.out, first.err, second.out, second.err].join()).not.toContain('secret-token');
  });

  it('exit 4 with a fix when Central refuses, not 5 as for an unreachable API', async () => {
    const file = join(await temporaryFolder('token'), 'central.token');
    await writeFile(file, 'secret-token-1');
    api.on('POST /v1/controllers', () =>
      problem(502, 'central-refused', 'Central says 401', { fix: 'make another token' }),
    );
    const refused = await orrery(`controller add --central --token-file ${file}`);
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('make another token')]);
    api.on('POST /v1/controllers', () => problem(503, 'store-unavailable', 'no Postgres'));
    expect((await orrery(`controller add --central --token-file ${file}`)).code).toBe(5);
  });

  it.each([
    'controller add',
    'controller add --central',
    'controller add web-1 --central --token-file x',
    'controller add web-1 --token-file x',
    'controller add web-1 --url https://c',
    'controller add --central --token-file /nonexistent/token',
    'controller add web-1 --wait=soon',
  ])('rejects `%s` before anything is sent', async (line) => {
    expect((await orrery(line)).code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it('get a new Central token, which is never printed, or a new name', async () => {
    api.on('PATCH /v1/controllers/central', () => json(Controller, controller('central')));
    const { code, out, err } = await orrery('controller set central --token-file - --name office', 'secret-token-3');
    expect(code).toBe(0);
    expect(api.requests.at(-1)?.body).toEqual({ name: 'office', token: 'secret-token-3' });
    expect(out + err).not.toContain('secret-token');
    expect((await orrery('controller set central')).code).toBe(2);
  });

  it('are forgotten after confirmation, and together with their networks with --force', async () => {
    api.on('GET /v1/controllers/web-1', () => json(Controller, controller('web-1', { networks: 2 })));
    const path = `DELETE /v1/controllers/${id('ctl')}`;
    api.on(path, ({ query }) =>
      query.confirm
        ? json(Controller, controller('web-1'))
        : problem(409, 'controller-in-use', '2 networks are kept on it'),
    );
    expect((await orrery('controller rm web-1')).code).toBe(4);
    expect((await orrery('controller rm web-1', 'n')).code).toBe(4);
    expect(api.asked(path)).toEqual([]);
    expect((await orrery('controller rm web-1', 'y')).err).toContain('controller-in-use');
    const forced = await orrery('controller rm web-1 --force', 'y');
    expect(forced.err).toContain('Forget the controller web-1 and 2 networks on it? [y/N]');
    expect([forced.code, forced.out]).toEqual([0, 'forgot controller web-1 and 2 networks on it']);
  });
});
