import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HostPage, Problem } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { firstStatus, OpenSocket, percentile, sendRaw, statusOf } from '../support/raw-http.js';
import { addressOf } from '../support/strangers/stranger.js';
import { System } from '../support/system/system.js';
import { malformedRequests } from './fuzz/malformed.js';

let system: System;
let port: number;
let token: string;

beforeAll(async () => {
  system = await System.start();
  port = Number(new URL(system.api.url).port);
  token = await system.api.secret('admin.token');
}, 120_000);
afterAll(() => system?.close());

const head = (line: string, ...headers: string[]) =>
  [line, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`, ...headers, '', ''].join('\r\n');
const get = (...headers: string[]) => head('GET /v1/hosts HTTP/1.1', 'Connection: close', ...headers);
const problemIn = (answer: string) => Problem.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)));

describe('a token that is not valid', () => {
  async function stored(more: { expires_at?: string; revoked_at?: string }): Promise<string> {
    const made = `ora_${randomBytes(32).toString('base64url')}`;
    const hash = createHash('sha256').update(made).digest();
    const id = `tok_${randomBytes(4).toString('hex')}`;
    await system.sql(
      'INSERT INTO api_tokens (id, name, hash, role, expires_at, revoked_at) VALUES ($1, $1, $2, $3, $4, $5)',
      [id, hash, 'admin', more.expires_at ?? null, more.revoked_at ?? null],
    );
    return made;
  }

  it('gets the same answer whether it is unknown, expired, revoked, malformed or missing; a valid one gets in', async () => {
    const past = '2020-01-01T00:00:00Z';
    const unknown = `ora_${randomBytes(32).toString('base64url')}`;
    const tokens = [await stored({ expires_at: past }), await stored({ revoked_at: past }), unknown, 'nonsense'];
    const answers = await Promise.all(
      [...tokens.map((value) => ({ authorization: `Bearer ${value}` })), {}].map(async (headers) => {
        const response = await fetch(`${system.api.url}/v1/hosts`, { headers: headers as Record<string, string> });
        const kept = [...response.headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
        return JSON.stringify([response.status, kept, await response.text()]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('401');
    const valid = await stored({ expires_at: '2999-01-01T00:00:00Z' });
    expect((await system.api.raw('GET', '/v1/hosts', { token: valid })).status).toBe(200);
  });
});

describe('a page of another site', () => {
  const put = (headers: Record<string, string>) =>
    system.api.raw('PUT', '/v1/networks/8056c2e21c000001', { body: { name: 'lab' }, headers });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('can change nothing, even with a valid token: %j', async (headers) => {
    const response = await put(headers as unknown as Record<string, string>);
    expect([response.status, Problem.parse(await response.json()).code]).toEqual([403, 'forbidden']);
  });

  it('learns nothing from a preflight; our own page and non-browsers can change what the token allows', async () => {
    const asked = { origin: 'https://evil.example', 'access-control-request-method': 'PUT' };
    for (const path of ['/v1/hosts', '/v1/networks/8056c2e21c000001', '/v1/join']) {
      const { status, headers } = await system.api.raw('OPTIONS', path, { headers: asked });
      expect(status).toBeGreaterThanOrEqual(400);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    const { headers } = await system.api.raw('GET', '/v1/hosts', { headers: asked });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await put({ origin: system.api.url })).status).toBe(200);
    expect((await put({})).status).toBe(200);
  });
});

describe('a request under a foreign name', () => {
  it('is 421 whatever it asks for, and is answered under its own name', async () => {
    const asAnother = (host: string) => get().replace(/Host: .*\r\n/, `Host: ${host}\r\n`);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1:1', `127.0.0.1.evil.example:${port}`])
      expect([host, statusOf(await sendRaw(port, asAnother(host)))]).toEqual([host, 421]);
    expect(statusOf(await sendRaw(port, asAnother(`localhost:${port}`)))).toBe(200);
  });
});

describe('a request that is not one of ours', () => {
  it.each(['TRACE', 'PROPFIND', 'QUERY', 'OPTIONS', 'LOCK'])('is refused as a problem: %s', async (method) => {
    const answer = await sendRaw(port, head(`${method} /v1/hosts HTTP/1.1`, 'Connection: close'));
    expect([method, statusOf(answer)]).toEqual([method, 405]);
    expect(answer).not.toContain(token);
  });

  it('is refused and closed when HTTP does not know the method, and nothing of it is echoed', async () => {
    for (const line of ['STEAL /v1/hosts HTTP/1.1', 'get /v1/hosts HTTP/1.1', 'GET /v1/hosts HTTP/9.9']) {
      const answer = await sendRaw(port, head(line));
      expect([line, statusOf(answer)]).toEqual([line, 400]);
      expect(problemIn(answer).code).toBe('bad-request');
      expect(answer).toContain('x-content-type-options: nosniff');
      expect(answer).not.toContain(token);
    }
    expect(await sendRaw(port, `CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n`)).toBe('');
  });

  it('is 431 when its headers are longer than 16 KiB; a long header that fits is read', async () => {
    const answer = await sendRaw(port, get(`X-Long: ${'x'.repeat(17_000)}`));
    expect([statusOf(answer), problemIn(answer).code]).toEqual([431, 'headers-too-large']);
    expect(statusOf(await sendRaw(port, get(`X-Long: ${'x'.repeat(12_000)}`)))).toBe(200);
  });

  it('cannot be two requests for one reader and one for another: both lengths, or a broken one, are refused', async () => {
    const post = (...headers: string[]) =>
      head('POST /v1/commands HTTP/1.1', 'Content-Type: application/json', ...headers);
    const both = post('Content-Length: 5', 'Transfer-Encoding: chunked') + '0\r\n\r\n' + get();
    for (const request of [both, post('Content-Length: 1', 'Content-Length: 2') + '{}', post('Content-Length: -1')]) {
      const answer = await sendRaw(port, request);
      expect(statusOf(answer)).toBe(400);
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    }
  });
});

describe('slow senders', () => {
  const slowHead = (index: number) => `POST /v1/commands HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-${index}: `;
  const slowBody = () =>
    head('POST /v1/commands HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 60000') + '{';

  it('are cut off with a problem, in the headers and in the body; those that finish in time are answered', async () => {
    const [inHead, inBody, inTime] = [slowHead(0), slowBody(), 'GET /v1/hosts HTTP/1.1\r\n'].map(
      (first) => new OpenSocket(port, first),
    ) as [OpenSocket, OpenSocket, OpenSocket];
    const dribble = setInterval(() => [inHead, inBody].map((socket) => socket.write('x')), 200);
    inTime.write(get().slice(get().indexOf('\r\n') + 2));
    await eventually(() => inTime.closed, { what: 'those that finish in time are answered' });
    expect(statusOf(inTime.answer)).toBe(200);
    await eventually(() => inHead.closed && inBody.closed, { within: 20_000, what: 'slow senders are cut off' });
    clearInterval(dribble);
    for (const { answer } of [inHead, inBody]) expect(problemIn(answer).code).toBe('request-timeout');
  }, 60_000);

  /** How long a healthy client waits, over so many requests, or until `goOn` says stop. */
  const latencies = async (most: number, goOn = () => true) => {
    const measured: number[] = [];
    while (measured.length < most && goOn()) {
      const from = performance.now();
      await system.api.get('/v1/hosts', HostPage);
      measured.push(performance.now() - from);
    }
    return measured;
  };

  it('500 at once do not slow down a healthy client: its p99 stays under 500 ms', async () => {
    const calm = percentile(await latencies(50), 99);
    const slow = Array.from(
      { length: 500 },
      (_, index) => new OpenSocket(port, index % 2 ? slowHead(index) : slowBody(), addressOf(index % 10)),
    );
    const dribble = setInterval(() => slow.forEach((socket) => socket.write('x')), 500);
    try {
      await eventually(() => system.api.process.usage().files > 500, { what: 'the API holds the slow connections' });
      // A slow machine does not get as far before they are cut off.
      const measured = await latencies(300, () => slow.filter(({ closed }) => !closed).length > 400);
      expect(measured.length).toBeGreaterThan(50);
      expect(percentile(measured, 99)).toBeLessThan(Math.max(500, 5 * calm));
    } finally {
      clearInterval(dribble);
      slow.forEach((socket) => socket.close());
    }
  }, 60_000);

  it('beyond the limit of the API make room for a client with a whole request, and cost it no further files', async () => {
    const slow = Array.from({ length: 1300 }, (_, index) => new OpenSocket(port, slowHead(index), addressOf(index)));
    try {
      await eventually(() => slow.filter(({ closed }) => closed).length >= 250, { what: 'some make room' });
      await system.api.get('/v1/hosts', HostPage);
      expect(system.api.process.usage().files).toBeLessThan(1200);
    } finally {
      slow.forEach((socket) => socket.close());
    }
  }, 60_000);
});

describe('10,000 malformed requests', () => {
  it('are never answered with a fault, and the API answers as before', async () => {
    const requests = malformedRequests({ seed: 20_260_301, count: 10_000, host: `127.0.0.1:${port}`, token });
    const seen = new Map<number, number>();
    const faults: string[] = [];
    const next = requests.values();
    // Some wait for more and are never answered; slow answers are given time.
    let slowest = 0;
    const worker = async () => {
      for (const request of next) {
        const from = performance.now();
        const status = await firstStatus(port, request, Math.max(150, 4 * slowest));
        if (status > 0) slowest = Math.max(slowest * 0.99, performance.now() - from);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        if (status >= 500) faults.push(`${status}: ${request.toString('latin1').slice(0, 300)}`);
      }
    };
    await Promise.all(Array.from({ length: 100 }, worker));
    expect(faults).toEqual([]);
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(10_000);
    expect(seen.get(400)).toBeGreaterThan(3000);
    expect(seen.get(0) ?? 0).toBeLessThan(4000);
    await system.api.get('/v1/hosts', HostPage);
    expect(system.api.process.log(50)).toEqual([]);
  }, 120_000);
});
