import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isProof, publicKeyOf } from '@orrery/shared/bus';
import { JoinRequest, RenewRequest, renewText, type JoinReply } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { eventually, freePort, temporaryFolder } from '../../../../test/support/servers.js';
import { Credentials } from './credentials.js';
import { ensureJoined } from './join.js';

const logger = createLogger('test', 'silent');
const reply: JoinReply = {
  ...{ hostId: newId('hst'), nodeId: newId('nod'), name: 'web-1' },
  nats: { url: 'nats://127.0.0.1:4222', user: 'agent', password: 'secret', jwt: null, ca: null },
  signingKeys: [{ id: '0123456789abcdef', publicKey: Buffer.alloc(32).toString('base64') }],
};

describe('joining', () => {
  let home: string;
  let server: Server;
  let port: number;
  let answers: { status: number; body: unknown; headers?: Record<string, string> }[];
  let renewals: RenewRequest[];
  let asked: { authorization: string | undefined; body: JoinRequest }[];
  const stop = new AbortController();

  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const config = () => ({
    ...{ home, hostName: 'web-1', hostLabels: { site: 'cloud' }, simulate: false },
    apiUrl: `http://127.0.0.1:${port}`,
    joinSecretFile: join(home, 'join.secret'),
  });

  beforeEach(async () => {
    home = await temporaryFolder('join');
    port = await freePort();
    await writeFile(join(home, 'join.secret'), 'orj_secret\n');
    answers = [];
    asked = [];
    renewals = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        if (request.url === '/v1/join/renew') renewals.push(RenewRequest.parse(body));
        else if (request.url === '/v1/join')
          asked.push({ authorization: request.headers.authorization, body: JoinRequest.parse(body) });
        const nonce = { status: 200, body: { nonce: 'a-nonce' }, headers: {} };
        const answer =
          request.url === '/v1/join/nonce' ? nonce : (answers.shift() ?? { status: 200, body: reply, headers: {} });
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        response.end(JSON.stringify(answer.body));
      });
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('asks once, sends the secret, and stores the record where only it can read it', async () => {
    await listen();
    await expect(ensureJoined(config(), logger, stop.signal)).resolves.toEqual(reply);
    expect(asked).toMatchObject([
      { authorization: 'Bearer orj_secret', body: { name: 'web-1', labels: { site: 'cloud' }, simulated: false } },
    ]);
    expect((await stat(join(home, 'host.json'))).mode & 0o777).toBe(0o600);
    await expect(ensureJoined(config(), logger, stop.signal)).resolves.toEqual(reply);
    expect(asked).toHaveLength(1);
  });

  it('logs which of its labels the API ignored, with a fix, and stores none of that', async () => {
    await listen();
    answers = [{ status: 200, body: { ...reply, ignoredLabels: { site: 'cloud' } } }];
    const warnings: object[] = [];
    const telling = { ...logger, info: () => undefined, warn: (line: object) => warnings.push(line) };
    await expect(ensureJoined(config(), telling as never, stop.signal)).resolves.toEqual(reply);
    expect(warnings).toMatchObject([
      {
        event: 'join.labels-ignored',
        ignored: { site: 'cloud' },
        fix: expect.stringContaining('orrery host set web-1 --label'),
      },
    ]);
    expect(await readFile(join(home, 'host.json'), 'utf8')).not.toContain('ignoredLabels');
  });

  it('keeps asking until the API is up, with the same installation ID', async () => {
    const joined = ensureJoined(config(), logger, stop.signal);
    await eventually(async () => (await readFile(join(home, 'installation'), 'utf8')).length === 32);
    answers = [
      { status: 503, body: {} },
      { status: 409, body: { type: 'x', title: 'x', status: 409, code: 'name-taken', detail: 'it is taken' } },
    ];
    await listen();
    await expect(joined).resolves.toEqual(reply);
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ body }) => body.installation)).size).toBe(1);
  });

  it('keeps asking while the secret is missing', async () => {
    await listen();
    const joined = ensureJoined({ ...config(), joinSecretFile: join(home, 'later') }, logger, stop.signal);
    await eventually(async () => (await stat(join(home, 'installation'))).isFile());
    expect(asked).toEqual([]);
    await writeFile(join(home, 'later'), 'orj_late');
    await joined;
    expect(asked[0]?.authorization).toBe('Bearer orj_late');
  });

  it('ends when it is aborted', async () => {
    const ended = new AbortController();
    const joined = ensureJoined(config(), logger, ended.signal);
    ended.abort(new Error('stop'));
    await expect(joined).rejects.toThrow('stop');
  });

  describe('and its credentials afterwards', () => {
    const refused = (code: string) => ({
      status: 403,
      body: { type: 'x', title: 'x', status: 403, code, detail: 'access denied' },
    });
    const joined = async () => {
      await listen();
      return Credentials.open(config(), await ensureJoined(config(), logger, stop.signal));
    };
    const keyFile = (name = 'host.seed') => readFile(join(home, name), 'utf8').catch(() => undefined);

    it('are renewed with the key that it joined with, and stored', async () => {
      const credentials = await joined();
      const moved = { ...reply, nats: { ...reply.nats, url: 'nats://127.0.0.1:4333' } };
      answers = [{ status: 200, body: moved }];
      await expect(credentials.renew()).resolves.toEqual(moved);
      const [renewal] = renewals;
      expect(renewal).toMatchObject({ host: reply.hostId, key: asked[0]?.body.key });
      expect(isProof(renewal?.key ?? '', renewText({ ...renewal!, next: undefined }), renewal?.proof ?? '')).toBe(true);
      await expect(ensureJoined(config(), logger, stop.signal)).resolves.toEqual(moved);
      expect((await stat(join(home, 'host.seed'))).mode & 0o777).toBe(0o600);
    });

    it('rotate the key when asked, and keep the old one until the API has accepted the new one', async () => {
      const credentials = await joined();
      const before = await keyFile();
      answers = [refused('proof-refused')];
      await expect(credentials.rotate()).rejects.toMatchObject({ code: 'proof-refused' });
      expect(await keyFile()).toBe(before);
      const key = await credentials.rotate();
      expect(renewals.at(-1)).toMatchObject({ key: asked[0]?.body.key, next: { key } });
      expect(publicKeyOf((await keyFile()) ?? '')).toBe(key);
      expect(await keyFile('host.seed.next')).toBeUndefined();
    });

    it('are refused for as long as the API says', async () => {
      const credentials = await joined();
      answers = [{ ...refused('too-many-requests'), status: 429, headers: { 'retry-after': '30' } }];
      await expect(credentials.renew()).rejects.toMatchObject({ details: { retryAfter: 30 } });
      answers = [refused('host-revoked')];
      await expect(credentials.renew()).rejects.toMatchObject({ details: {} });
    });

    it('find out what became of a rotation when its answer was lost', async () => {
      const credentials = await joined();
      const before = await keyFile();
      answers = [{ status: 502, body: {} }];
      await expect(credentials.rotate()).rejects.toMatchObject({ kind: 'operational' });
      const next = await keyFile('host.seed.next');
      // The API never received the new key.
      answers = [refused('host-revoked'), { status: 200, body: reply }];
      await credentials.renew();
      expect([await keyFile(), await keyFile('host.seed.next')]).toEqual([before, undefined]);
      // The API accepted it.
      answers = [{ status: 502, body: {} }];
      await expect(credentials.rotate()).rejects.toThrow();
      const taken = await keyFile('host.seed.next');
      await credentials.renew();
      expect(taken).not.toBe(next);
      expect(await keyFile()).toBe(taken);
    });
  });

  it('explains how to fix a damaged record', async () => {
    await writeFile(join(home, 'host.json'), '{');
    await expect(ensureJoined(config(), logger, stop.signal)).rejects.toMatchObject({
      code: 'host-record-damaged',
      fix: expect.stringContaining('Delete the file'),
    });
  });
});
