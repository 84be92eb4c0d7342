import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  DryRun,
  Host,
  Install,
  JoinTokenMade,
  JoinTokenPage,
  JoinTokenReplayed,
  type JoinToken,
} from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, StubApi } from './support/stub-api.js';
import { host } from './support/stub-data.js';

const token: JoinToken = {
  id: 'jtk_1',
  name: null,
  prefix: 'orj1.abcd',
  state: 'valid',
  uses: 40,
  usesLeft: 40,
  labels: { site: 'onprem' },
  networks: [],
  ephemeral: '1d',
  ownLabels: false,
  replaces: null,
  hosts: [],
  by: 'admin',
  createdAt: '2026-01-02T03:04:05.000Z',
  expiresAt: '2026-01-02T05:04:05.000Z',
};

describe('a join token', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string) => runCli(line, api.env);

  it('is requested with all settings for its hosts, and printed alone on stdout', async () => {
    api.on('POST /v1/join-tokens', () => json(JoinTokenMade, { token, secret: 'orj1.secret' }));
    const install = {
      url: 'https://o:7070',
      pin: 'p',
      loopbackOnly: false,
      platforms: ['linux-x64', 'linux-arm64'],
      command: '{ echo orrery_token=TOKEN; curl …; } | sh',
    };
    api.on('GET /v1/install', () => json(Install, install));
    const line = 'token create --join --uses 40 --expires 2h -l site=onprem --network shop --ephemeral 24h';
    const { code, out, err } = await orrery(line);
    expect([code, out, err]).toEqual([
      0,
      'orj1.secret',
      expect.stringContaining('(linux-x64 or linux-arm64) as root:\n  { echo orrery_token=orj1.secret; curl …; } | sh'),
    ]);
    const [{ body } = {}] = api.asked('POST /v1/join-tokens');
    const rest = { labels: { site: 'onprem' }, networks: ['shop'] };
    expect(body).toEqual({ uses: 40, expiresIn: '2h', ephemeral: '1d', ...rest });
  });

  it('with a lost secret, because the answer was lost, is a failure that says what to do', async () => {
    const withheld = { cause: 'the token was shown in an earlier answer', fix: 'Revoke it.' };
    api.on('POST /v1/join-tokens', () => json(JoinTokenReplayed, { token, withheld }));
    for (const line of ['token create --join', 'token create --join -o json']) {
      const { code, out, err } = await orrery(line);
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain('Revoke it.');
    }
  });

  it('is only described by a dry run', async () => {
    const changes = [{ noun: 'join-token' as const, name: 'web-9', action: 'create' as const, fields: [] }];
    api.on('POST /v1/join-tokens', () => json(DryRun, { dryRun: true, changes, hosts: [] }));
    const { code, out } = await orrery('token create --join --dry-run');
    expect([code, out]).toEqual([0, expect.stringContaining('join token web-9')]);
    expect(api.asked('POST /v1/join-tokens')[0]?.query).toEqual({ dryRun: 'true' });
  });

  it('lets machines choose labels only with --own-labels, and shows that', async () => {
    api.on('POST /v1/join-tokens', () => json(JoinTokenMade, { token, secret: 'orj1.secret' }));
    const install = {
      url: 'https://o',
      pin: 'p',
      loopbackOnly: false,
      platforms: ['linux-x64', 'linux-arm64'],
      command: 'curl',
    };
    api.on('GET /v1/install', () => json(Install, install));
    await orrery('token create --join');
    await orrery('token create --join --own-labels');
    const bodies = api.asked('POST /v1/join-tokens').map(({ body }) => body);
    expect(bodies).toEqual([
      { labels: {}, networks: [] },
      { labels: {}, networks: [], ownLabels: true },
    ]);
    const items = [token, { ...token, id: 'jtk_2', ownLabels: true }];
    api.on('GET /v1/join-tokens', () => json(JoinTokenPage, { items, next: null }));
    const [, first, second] = (await orrery('token ls --join')).out.split('\n');
    expect([first, second]).toEqual([
      expect.not.stringContaining('own'),
      expect.stringContaining('site=onprem plus its own'),
    ]);
  });

  it('shows how long its hosts can be unreachable, as a host does', async () => {
    api.on('GET /v1/join-tokens', () => json(JoinTokenPage, { items: [token], next: null }));
    expect((await orrery('token ls --join')).out).toMatch(/EPHEMERAL[^]* 1d/);
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1', { ephemeral: '1h30m' })));
    expect((await orrery('host get web-1')).out).toMatch(/ephemeral +1h30m/);
  });
});
