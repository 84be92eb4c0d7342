import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newUserKey } from '@orrery/shared/bus';
import { LoginMade, Version } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { pinOf, trustedFetch, UntrustedServer } from '@orrery/shared/tls';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requestJoin } from '../../apps/agent/src/join/join.client.js';
import { createApp } from '../../apps/api/src/app.factory.js';
import { loadConfig } from '../../apps/api/src/config.js';
import { ensurePrivateTls } from '../../apps/api/src/tls/private-tls.js';
import { runCli } from '../cli/support/fake-terminal.js';
import { newInstallation } from '../support/host-proof.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { eventually, startNats, startPostgres, temporaryFolder } from '../support/servers.js';

const run = promisify(execFile);
const otherPin = randomBytes(32).toString('base64');

describe('an API that speaks TLS', () => {
  let url: string;
  let home: string;
  let ca: string;
  let pin: string;
  let token: string;
  let stop: () => Promise<unknown>;

  beforeAll(async () => {
    const [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
    const database = await migratedDatabase(postgres);
    home = await temporaryFolder('tls');
    const servers = { DATABASE_URL: database.url, NATS_URL: nats.url };
    const config = loadConfig({ ...servers, ORRERY_HOME: home, ORRERY_PORT: '0', ORRERY_TLS: 'on' });
    const app = await createApp(config, createLogger('api', 'silent'));
    await app.listen(0, '127.0.0.1');
    stop = () => app.close().then(() => Promise.all([nats.close(), postgres.close()]));
    url = `https://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    ca = await readFile(join(home, 'secrets/tls/ca.crt'), 'utf8');
    pin = pinOf(await readFile(join(home, 'secrets/tls/server.crt')));
    token = (await readFile(join(home, 'secrets/admin.token'), 'utf8')).trim();
    const ready = async () => (await trustedFetch(`${url}/readyz`, {}, { ca })).ok;
    await eventually(ready, { within: 60_000, what: 'the API is ready' });
  }, 120_000);
  afterAll(() => stop());

  it('does not answer on its port without TLS', async () => {
    await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow();
    const answer = await trustedFetch(`${url}/v1/version`, {}, { ca });
    expect(Version.parse(await answer.json()).name).toBe('orrery');
  });

  it('is not trusted without its authority or its pin, nor with those of another', async () => {
    const other = await ensurePrivateTls(await temporaryFolder('other'), ['127.0.0.1']);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    const ask = (trust: Parameters<typeof trustedFetch>[2]) => trustedFetch(`${url}/healthz`, {}, trust);
    for (const trust of [
      { ca: other.authority },
      { pin: otherPin },
      { ca, pin: otherPin },
      { ca: other.authority, pin },
    ])
      await expect(ask(trust)).rejects.toThrow(UntrustedServer);
    for (const trust of [{ ca }, { pin }, { ca, pin }]) expect((await ask(trust)).status).toBe(200);
  });

  it('is distinguished from another by the pinned key of curl even when chains are not checked', async () => {
    const curl = (key: string) => run('curl', ['-fsSk', '--pinnedpubkey', `sha256//${key}`, `${url}/healthz`]);
    await expect(curl(otherPin)).rejects.toMatchObject({ code: 90 });
    expect((await curl(pin)).stdout).toContain('alive');
  });

  it('shows the pin for installing from it, to an admin alone', async () => {
    const ask = (headers: Record<string, string>) => trustedFetch(`${url}/v1/install`, { headers }, { ca });
    expect((await ask({})).status).toBe(401);
    const install = (await (await ask({ authorization: `Bearer ${token}` })).json()) as object;
    expect(install).toEqual({
      url,
      pin,
      loopbackOnly: true,
      platforms: ['linux-x64', 'linux-arm64'],
      command: null,
    });
  });

  it('gives pages a cookie that only this host can set, and only over TLS, and accepts no other', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ token });
    const made = await trustedFetch(`${url}/v1/logins`, { method: 'POST', headers, body }, { ca });
    const [cookie = ''] = made.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-orrery-login=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/,
    );
    const { secret } = LoginMade.parse(await made.json());
    const [sent = ''] = cookie.split(';', 1);
    const ask = async (asked: string) =>
      (await trustedFetch(`${url}/v1/me`, { headers: { cookie: asked, 'orrery-login': secret } }, { ca })).status;
    expect(await ask(sent)).toBe(200);
    expect(await ask(sent.replace('__Host-', ''))).toBe(401);
  });

  it('gets no join secret from an agent that knows another pin, and gets one from an agent that knows its own', async () => {
    const joinSecretFile = join(home, 'wrong.secret');
    await writeFile(joinSecretFile, `orj_${'x'.repeat(43)}`);
    const who = { name: 'x', labels: {}, simulated: true, agentVersion: 'test', installation: newInstallation() };
    const ask = (apiPin: string) => requestJoin({ apiUrl: url, apiPin, joinSecretFile }, newUserKey(), who);
    await expect(ask(otherPin)).rejects.toMatchObject({ code: 'api-untrusted' });
    await expect(ask(pin)).rejects.toMatchObject({ code: 'join-refused' });
  });

  it('accepts a login with its pin, and with no other', async () => {
    const env = { ORRERY_HOME: await temporaryFolder('login'), ORRERY_TOKEN: token };
    const unasked = await runCli(`login ${url}`, env);
    expect([unasked.code, unasked.err]).toEqual([4, expect.stringContaining(pin)]);
    const wrong = await runCli(`login ${url} --pin ${otherPin}`, env);
    expect([wrong.code, wrong.err]).toEqual([5, expect.stringContaining('untrusted-server')]);
    expect((await runCli(`login ${url}`, env, { answer: 'n' })).code).toBe(4);
    expect((await runCli(`login ${url}`, env, { answer: 'y' })).code).toBe(0);
    expect((await runCli(`login ${url} --pin sha256//${pin} --name lab`, env)).code).toBe(0);
    expect((await stat(join(env.ORRERY_HOME, 'contexts.json'))).mode & 0o777).toBe(0o600);

    const later = { ORRERY_HOME: env.ORRERY_HOME };
    expect(await runCli('host ls -o json', later)).toMatchObject({ code: 0, out: '[]' });
    expect((await runCli('context ls', later)).out).toMatch(/lab \*/);
    expect((await runCli('context ls -o json', later)).out).not.toContain(token);
    expect((await runCli('context rm lab', later)).code).toBe(0);
    expect((await runCli('context use lab', later)).code).toBe(2);
    expect((await runCli('context use 127.0.0.1', later)).code).toBe(0);
    expect((await runCli('host ls -o json', later)).code).toBe(0);
    expect((await runCli('login http://orrery.lan:7070', env)).code).toBe(2);
  });
});

describe('the client of a server that must be trusted', () => {
  it('sends nothing to another server: neither token nor body', async () => {
    const { certificate, key } = await ensurePrivateTls(await temporaryFolder('tls'), ['127.0.0.1']);
    const seen: (string | undefined)[] = [];
    const server = createServer({ cert: certificate, key }, (request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const init = { method: 'POST', headers: { authorization: 'Bearer secret' }, body: '{}' };
    await expect(trustedFetch(url, init, { pin: otherPin })).rejects.toThrow(UntrustedServer);
    expect(seen).toEqual([]);
    expect((await trustedFetch(url, init, { pin: pinOf(certificate) })).status).toBe(200);
    expect(seen).toEqual(['Bearer secret']);
    server.close();
  });
});
