import { beforeAll, describe, expect, it } from '@jest/globals';
import { Bus } from '@orrery/shared/bus';
import { Accepted, ApiTokenMade, Host, HostPage, inboxPrefix, NodePage, subjects } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { gunzipSync } from 'node:zlib';
import { RunningApi } from '../../../../test/support/api.js';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { joinHost } from '../../../../test/support/joined-host.js';
import { packed } from '../../../../test/support/packed.js';
import { sendRaw } from '../../../../test/support/raw-http.js';

const HOSTS = 8;
const { bench, api } = apiFixture();
let port: number;

beforeAll(async () => {
  port = Number(new URL(api.url).port);
  for (let index = 0; index < HOSTS; index++) await joinHost(api, `web-${index}`, { labels: { site: 'cloud' } });
}, 60_000);

const REQUEST_ID = /^x-request-id: [0-9a-f]{16}\r$/m;
const raw = (line: string, ...headers: string[]) =>
  sendRaw(port, [line, `Host: 127.0.0.1:${port}`, 'Connection: close', ...headers, '', ''].join('\r\n'));
const signedIn = () => `Authorization: Bearer ${api.adminToken}`;

describe('a request id', () => {
  it.each([
    ['an unreadable request', 'HELLO'],
    ['headers that are too long', `GET /v1/hosts HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['no Host header', 'GET /v1/hosts HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['an unknown version of HTTP', 'GET / HTTP/9.9\r\n\r\n'],
  ])('is on the answer to %s', async (_what, bytes) => {
    const answer = await sendRaw(port, bytes);
    expect(answer).toMatch(REQUEST_ID);
    expect(answer).toContain('application/problem+json');
  });

  it.each([
    ['200', 'GET /healthz HTTP/1.1'],
    ['400', 'GET /v1/hosts/%zz HTTP/1.1'],
    ['401', 'GET /v1/hosts HTTP/1.1'],
    ['404', 'GET /nowhere HTTP/1.1'],
    ['405', 'PATCH /v1/hosts HTTP/1.1'],
    ['405', 'PROPFIND /v1/hosts HTTP/1.1'],
  ])('is on every other answer as well: %s to %s', async (status, line) => {
    const answer = await raw(line);
    expect(answer.slice(9, 12)).toBe(status);
    expect(answer).toMatch(REQUEST_ID);
  });

  it('is on the answer to a request with an Expect header', async () => {
    const answer = await raw('GET /healthz HTTP/1.1', 'Expect: a-miracle');
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(answer).toMatch(REQUEST_ID);
  });
});

describe('a body', () => {
  const deep = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);

  it.each([31, 32, 5000, 30_000])('that is nested %i deep is refused before any code walks it', async (depth) => {
    const body = `{"setLabels":${deep('[', ']', depth - 1)}}`;
    const headers = { 'idempotency-key': `deep-${depth}` };
    const { detail } = await api.refused('PATCH', '/v1/hosts/web-1', 'bad-request', { body, headers });
    // The control: a body that is not too deep reaches the schema.
    expect(detail).toBe(depth > 32 ? 'the body is nested more than 32 deep' : 'setLabels: must be an object');
  });

  it('is refused when flow rules are nested 4,500 deep, and when values do not fit their type', async () => {
    const rules = (probability: string) =>
      `{"config":{"rules":[{"type":"MATCH_RANDOM","probability":${probability}}]}}`;
    const put = (body: string) => api.refused('PATCH', '/v1/networks/8056c2e21c000001', 'bad-request', { body });
    await put(rules(deep('[', ']', 4500)));
    expect((await put(rules('[[1]]'))).errors?.map(({ path }) => path)).toEqual(['config.rules.0.probability']);
    const body = rules('2147483648');
    await api.refused('PATCH', '/v1/networks/8056c2e21c000001', 'network-not-kept', { body });
  });
});

describe('an invalid query', () => {
  it.each([
    ['/v1/events?since=352000w', /did you mean 29\d\dw\?/],
    ['/v1/events?since=2026-02-30', /did you mean 2026-02-28\?/],
    ['/v1/events?limit=0x10', /did you mean 16\?/],
    ['/v1/events?type=host.onlin', /did you mean host\.online\?/],
    ['/v1/events/stream?type=hosts.*', /did you mean host\.\*\?/],
  ])('is answered with the nearest valid value: %s', async (path, meant) => {
    expect((await api.refused('GET', path, 'bad-request')).detail).toMatch(meant);
  });
});

describe('a cursor', () => {
  const next = async (query = '') => (await api.get(`/v1/hosts?limit=3${query}`, HostPage)).body.next ?? '';
  const after = (cursor: string, path = '/v1/hosts?limit=3') => `${path}&after=${cursor}`;

  it('leads to the next page of its list, whatever the order of the filters and the length of the page', async () => {
    const filter = '&selector=site%3Dcloud&presence=joined';
    const cursor = await next(filter);
    const turned = `/v1/hosts?presence=joined&limit=500&selector=site%3Dcloud`;
    expect((await api.get(after(cursor, turned), HostPage)).body.items.map(({ name }) => name)).toEqual(
      Array.from({ length: HOSTS - 3 }, (_, index) => `web-${index + 3}`),
    );
  });

  it('is refused when it is from another list or filter, forged or changed: 400 with a fix', async () => {
    const cursor = await next();
    const forged = Buffer.concat([Buffer.alloc(16), Buffer.from('["web-5"]')]).toString('base64url');
    const paths = [
      after(cursor, '/v1/nodes?limit=3'),
      after(cursor, '/v1/hosts?limit=3&selector=site'),
      after(forged),
      after(Buffer.from('["web-5"]').toString('base64url')),
      after(`${cursor}A`),
      after(''),
      `${after(cursor)}&after=${cursor}`,
    ];
    for (const path of paths) {
      const { detail, fix } = await api.refused('GET', path, 'bad-request');
      expect([path, detail]).toEqual([path, 'after: not a cursor of this list with these filters']);
      expect(fix).toContain('next');
    }
    await api.get(after(cursor), HostPage);
    const nodes = (await api.get('/v1/nodes?limit=3', NodePage)).body.next ?? '';
    await api.get(after(nodes, '/v1/nodes?limit=3'), NodePage);
  });

  it('is accepted by another replica', async () => {
    const cursor = await next();
    const servers = { databaseUrl: bench.databaseUrl, natsUrl: bench.natsUrl };
    const other = await (await RunningApi.start(servers, { ORRERY_HOME: api.home })).ready();
    try {
      expect((await other.get(after(cursor), HostPage)).body.items[0]?.name).toBe('web-3');
    } finally {
      await other.close();
    }
  }, 30_000);
});

describe('a read of one thing', () => {
  it('is 304 without a body as long as nothing has changed', async () => {
    const { headers } = await api.get('/v1/hosts/web-1', Host);
    const tag = headers.get('etag') ?? '';
    const read = (ifNoneMatch: string) =>
      api.raw('GET', '/v1/hosts/web-1', { headers: { 'if-none-match': ifNoneMatch } });
    for (const named of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const same = await read(named);
      expect([named, same.status, same.headers.get('etag'), await same.text()]).toEqual([named, 304, tag, '']);
      expect(same.headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
    }
    const head = await api.raw('HEAD', '/v1/hosts/web-1', { headers: { 'if-none-match': tag } });
    expect([head.status, await head.text()]).toEqual([304, '']);
    expect((await read('"1"')).status).toBe(200);
    const body = { setLabels: { seen: 'yes' } };
    await api.ask('PATCH', '/v1/hosts/web-1', Host, { body, headers: { 'if-match': tag } });
    expect((await read(tag)).status).toBe(200);
    await api.refused('PATCH', '/v1/hosts/web-1', 'revision-conflict', { body, headers: { 'if-match': tag } });
  });

  it('has another tag when only the reports of the host have changed', async () => {
    const tag = async () => (await api.get('/v1/hosts/web-2', Host)).headers.get('etag');
    const before = await tag();
    expect(await tag()).toBe(before);
    await api.database.query(
      `UPDATE host_status SET presence = 'online' WHERE host_id = (SELECT id FROM hosts WHERE name = 'web-2')`,
    );
    expect(await tag()).not.toBe(before);
  });

  it('has a tag, but a list has none', async () => {
    expect((await api.get('/v1/hosts', HostPage)).headers.get('etag')).toBeNull();
  });
});

describe('an answer', () => {
  it('contains the location of a new thing', async () => {
    const body = { name: 'made', role: 'viewer' };
    const made = await api.ask('POST', '/v1/tokens', ApiTokenMade, { body });
    expect([made.status, made.headers.get('location')]).toEqual([201, `/v1/tokens/${made.body.token.id}`]);
  });

  it('is compressed above 1 KB when the client accepts that, with the same content', async () => {
    const plain = await packed(api, '/v1/hosts', 'identity');
    const zipped = await packed(api, '/v1/hosts', 'gzip');
    expect([plain.encoding, zipped.encoding]).toEqual([undefined, 'gzip']);
    expect(plain.body.length).toBeGreaterThan(1024);
    expect(zipped.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(zipped.body)).toEqual(plain.body);
    expect((await packed(api, '/healthz', 'gzip')).encoding).toBeUndefined();
  });

  it('to HEAD ends, even for the stream, and an open stream is sent at once', async () => {
    const answer = await raw('HEAD /v1/events/stream HTTP/1.1', signedIn());
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(answer).toMatch(/content-type: text\/event-stream/);
    expect(await raw('HEAD /v1/hosts HTTP/1.1', signedIn())).toMatch(/^HTTP\/1\.1 200/);
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${api.adminToken}`, 'accept-encoding': 'gzip, zstd' };
    const stream = await fetch(`${api.url}/v1/events/stream`, { headers, signal: stop.signal });
    expect(stream.headers.get('content-encoding')).toBeNull();
    expect(new TextDecoder().decode((await stream.body?.getReader().read())?.value)).toContain('retry:');
    stop.abort();
  });
});

describe('a host that is connected but silent', () => {
  it('is 504 with Retry-After; an unreachable one is 409 at once', async () => {
    const { id } = (await api.get('/v1/hosts/web-3', Host)).body;
    const body = { name: 'demo', networks: ['8056c2e21c000001'] };
    await api.ask('POST', '/v1/hosts/web-3/containers', Accepted, { body });
    await api.refused('GET', '/v1/hosts/web-3/containers/demo/logs', 'host-away');
    const { host: server, username, password } = new URL(bench.natsUrl);
    const login = { servers: [server], user: username, password, inboxPrefix: inboxPrefix(id), name: `agent-${id}` };
    const agent = new Bus({ ...login, logger: createLogger('agent', 'silent') });
    try {
      agent.respond(subjects.call(id), () => Promise.resolve(undefined));
      await agent.flush();
      const { status, headers } = await api.refused('GET', '/v1/hosts/web-3/containers/demo/logs', 'host-silent');
      expect([status, headers.get('retry-after')]).toEqual([504, '5']);
    } finally {
      await agent.close();
    }
  }, 20_000);
});
