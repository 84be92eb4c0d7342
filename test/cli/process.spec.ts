import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Accepted, Command, HostPage, Version } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { freePort, temporaryFolder } from '../support/servers.js';
import { cliProcess, startCli } from './support/cli-process.js';
import { runCli } from './support/fake-terminal.js';
import { json, StubApi } from './support/stub-api.js';
import { command, host } from './support/stub-data.js';

// Separate processes, on a machine that can be busy.
jest.setTimeout(60_000);

describe('the orrery process', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
    api.on('GET /v1/hosts', () => json(HostPage, { items: [host('web-1')], next: null }));
    api.on('POST /v1/hosts/web-1/containers', () => json(Accepted, { command: command() }, 202));
  });
  afterEach(() => api.close());
  const LAUNCH = ['launch', 'demo', '--host', 'web-1', '--network', 'lab'];

  it('exits 0, and prints no color and no spinner without a terminal', async () => {
    api.on(`GET /v1/commands/${command().id}`, () =>
      json(Command, command({ state: 'done', outcome: { kind: 'done' } })),
    );
    for (const words of [['hosts'], [...LAUNCH, '--wait']]) {
      const { code, out, err } = await cliProcess(words, api.env);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).not.toContain('\u001b');
    }
  });

  it('prints color with FORCE_COLOR, but not with NO_COLOR', async () => {
    expect((await cliProcess(['hosts'], { ...api.env, FORCE_COLOR: '1' })).out).toContain('\u001b[');
    expect((await cliProcess(['hosts'], { ...api.env, FORCE_COLOR: '1', NO_COLOR: '1' })).out).not.toContain('\u001b');
  });

  it('exits 130 at Ctrl-C while it waits, and says that the command continues', async () => {
    api.on(`GET /v1/commands/${command().id}`, ({ query }) => (query.wait ? undefined : json(Command, command())));
    const cli = startCli([...LAUNCH, '--wait'], api.env);
    await eventually(() => api.requests.some(({ query }) => query.wait));
    cli.child.kill('SIGINT');
    expect(await cli.ended).toMatchObject({
      code: 130,
      err: expect.stringContaining('Stopped waiting; the command continues.'),
    });
  });

  it('ends quietly when its reader closes the pipe', async () => {
    const many = Array.from({ length: 5000 }, (_, number) => host(`web-${number}`));
    api.on('GET /v1/hosts', () => json(HostPage, { items: many, next: null }));
    const cli = startCli(['hosts'], api.env);
    cli.child.stdout?.once('data', () => cli.child.stdout?.destroy());
    expect(await cli.ended).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['hosts', '--colour'],
    ['statsu'],
    ['host'],
    ['host', 'lss'],
    ['launch'],
    ['hosts', '-o', 'yaml'],
    ['hosts', '--limit', '0'],
  ])('exits 2 for `%s %s`', async (...words: string[]) => {
    const { code, out, err } = await runCli(words, api.env);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('(usage)');
    expect(api.requests).toEqual([]);
  });

  it.each([
    [['launch'], 'orrery launch --help'],
    [['host', 'rm', 'web-1', '--nonsense'], 'orrery host rm --help'],
    [['-o', 'json', 'statsu'], 'orrery --help'],
  ])('points to the help of the command: %j', async (words, help) => {
    expect((await runCli(words, api.env)).err).toContain(help);
  });

  it('suggests the intended command', async () => {
    expect((await runCli(['statsu'], api.env)).err).toContain('Did you mean status?');
    expect((await runCli(['explain', 'tun'], api.env)).err).toContain('did you mean:\n  tun-denied\n  tun-missing');
  });

  it('exits 5 when nothing listens, and says how to start it', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const { code, err } = await cliProcess(['status'], { ORRERY_URL: nowhere });
    expect(code).toBe(5);
    expect(err).toContain(`cannot reach the Orrery API at ${nowhere}: connection refused`);
    expect(err).toContain('npm start');
  });

  it.each([
    ['a page of something else', 200, '<html>hello</html>'],
    ['an error of something else', 500, 'oops'],
  ])('exits 5 when %s answers', async (_what, status, body) => {
    const other = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, err } = await runCli(['status'], { ORRERY_URL: url });
    expect(code).toBe(5);
    expect(err).toContain('is not the Orrery API');
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });

  it('never follows a redirect, because it could leak the token', async () => {
    api.on('GET /v1/hosts', () => ({ status: 302, body: {}, headers: { location: `${api.url}/v1/elsewhere` } }));
    expect((await cliProcess(['hosts'], api.env)).code).toBe(5);
    expect(api.asked('GET /v1/elsewhere')).toEqual([]);
  });

  it('exits 1 and suggests comparing versions when an answer has an unknown shape', async () => {
    api.on('GET /v1/hosts', () => ({ status: 200, body: { items: [{ name: 'web-1' }], next: null } }));
    const { code, err } = await runCli(['hosts'], api.env);
    expect(code).toBe(1);
    expect(err).toContain('orrery version');
  });

  it('reads the token from the state folder, and says where it looked if the token is missing or wrong', async () => {
    const home = await temporaryFolder('cli');
    await mkdir(join(home, 'secrets'));
    const file = join(home, 'secrets', 'admin.token');
    const env = { ORRERY_URL: api.url, ORRERY_HOME: home };
    const missing = await runCli(['hosts'], env);
    expect(missing.code).toBe(4);
    expect(missing.err).toContain(`${file} (not found)`);
    await writeFile(file, 'ora_other\n');
    const wrong = await runCli(['hosts'], env);
    expect(wrong.code).toBe(4);
    expect(wrong.err).toContain(`rejected the token from ${file}`);
    await writeFile(file, `${api.env.ORRERY_TOKEN}\n`);
    expect((await cliProcess(['hosts', '-o', 'name'], env)).out).toBe('web-1\n');
  });

  it('exits 2 for an invalid setting', async () => {
    const { code, err } = await runCli(['hosts'], { ORRERY_URL: 'ftp://x' });
    expect(code).toBe(2);
    expect(err).toContain('ORRERY_URL');
    expect((await runCli(['hosts', '--help'], { ORRERY_URL: 'ftp://x' })).code).toBe(0);
  });

  it('prints its own version without an API, and both with one', async () => {
    expect(await cliProcess(['--version'], {})).toMatchObject({ code: 0, out: '0.1.0\n' });
    api.on('GET /v1/version', () =>
      json(Version, { name: 'orrery', version: '9.9.9', wire: 'orrery.v1', store: 'main' }),
    );
    expect((await runCli(['version'], api.env)).out).toContain('API    9.9.9 at http://127.0.0.1');
  });

  it('explains a code without an API', async () => {
    const { code, out } = await runCli(['explain', 'tun-missing'], {});
    expect(code).toBe(0);
    expect(out).toMatch(/TUN device[^]*fix {2}Run `sudo modprobe tun`/);
  });
});
