import { describe, expect, it } from '@jest/globals';
import { Liveness, Readiness, Version } from '@orrery/shared/contracts';
import { request } from 'node:http';
import { apiFixture } from '../../../../test/support/api-fixture.js';

const { api } = apiFixture();

/** The routes in the OpenAPI document, with a value for each parameter. */
async function everyRoute(): Promise<{ method: string; path: string; policy: string }[]> {
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-orrery-policy': string }>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'x'),
      policy: operation['x-orrery-policy'],
    })),
  );
}

describe('every route of the document', () => {
  it('answers 401 without a token, in one shape, unless it is public', async () => {
    const routes = await everyRoute();
    const closed = routes.filter(({ policy }) => policy !== 'public' && policy !== 'key');
    const bodies = new Map<string, Set<string>>();
    for (const { method, path, policy } of closed) {
      const response = await api.raw(method, path, { token: null });
      expect([`${method} ${path}`, response.status]).toEqual([`${method} ${path}`, 401]);
      bodies.set(policy, (bodies.get(policy) ?? new Set()).add(await response.text()));
    }
    expect(closed.length).toBeGreaterThan(28);
    for (const shapes of bodies.values()) expect(shapes.size).toBe(1);
    const open = routes.filter(({ policy }) => policy === 'public').map(({ path }) => path);
    expect(open.sort()).toEqual(['/healthz', '/readyz', '/v1/join/nonce', '/v1/logins', '/v1/version']);
  });

  it('answers an admin with something other than 401, and never with a fault', async () => {
    for (const { method, path, policy } of await everyRoute()) {
      if (['public', 'join', 'key'].includes(policy)) continue;
      const { status } = await api.raw(method, path, method === 'GET' || method === 'DELETE' ? {} : { body: {} });
      expect([`${method} ${path}`, status]).not.toEqual([`${method} ${path}`, 401]);
      expect(status).toBeLessThan(500);
    }
  });
});

describe('public routes', () => {
  it('show that the process is alive and ready, and its version', async () => {
    expect((await api.ask('GET', '/healthz', Liveness, { token: null })).body).toEqual({ alive: true });
    const ready = await api.ask('GET', '/readyz', Readiness, { token: null });
    expect(ready.body).toEqual({
      ready: true,
      checks: { database: { ok: true }, migrations: { ok: true }, nats: { ok: true } },
    });
    expect((await api.ask('GET', '/v1/version', Version, { token: null })).body).toMatchObject({ name: 'orrery' });
  });

  it('show the documentation without external resources, under a policy that would block them', async () => {
    const page = await fetch(`${api.url}/docs`);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    expect(html).not.toMatch(/(src|href)=["']https?:/);
    expect(html).not.toMatch(/<script>(?!\s*<\/script>)/);
    for (const [, file] of html.matchAll(/(?:src|href)="\.\/(docs\/[^"]+)"/g))
      expect([file, (await fetch(`${api.url}/${file}`)).status]).toEqual([file, 200]);
    expect(await (await fetch(`${api.url}/docs/errors`)).text()).toContain('id="container-differs"');
  });

  it('carry the security headers on every answer, including problems', async () => {
    for (const path of ['/healthz', '/v1/hosts', '/nowhere']) {
      const { headers } = await api.raw('GET', path, { token: null });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
    }
  });
});

describe('a Host header', () => {
  const askAs = (host: string) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const asked = request(`${api.url}/healthz`, { headers: { host } }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      asked.on('error', reject).end();
    });

  it('with a foreign name is refused with 421 before anything else is checked; our own names are not', async () => {
    const { port } = new URL(api.url);
    const refused = await askAs('evil.example');
    expect(refused.status).toBe(421);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'foreign-host-header' });
    for (const name of ['localhost', '127.0.0.1', '[::1]']) expect((await askAs(`${name}:${port}`)).status).toBe(200);
    expect((await askAs('localhost:1')).status).toBe(421);
  });
});

describe('an invalid request', () => {
  const launch = '/v1/hosts/nowhere/containers';

  it('is 400 when its JSON is broken, and when it is not an object', async () => {
    expect(await api.refused('POST', launch, 'bad-request', { body: '{"name": ' })).toMatchObject({
      detail: 'the body is not valid JSON',
    });
    for (const body of ['[]', '"x"', 'null', '1']) await api.refused('POST', launch, 'bad-request', { body });
  });

  it('is 400 with every unknown field and every wrong type named', async () => {
    const body = { name: 'demo', networks: 'x', limits: { pids: '1' }, privileged: true };
    const { errors } = await api.refused('POST', launch, 'bad-request', { body });
    expect(errors?.map(({ path }) => path).sort()).toEqual(['', 'limits.pids', 'networks']);
    expect(errors?.find(({ path }) => path === '')?.message).toContain('privileged');
  });

  it.each([
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{}}}',
    '{"name":"demo","networks":["a"],"constructor":"x"}',
  ])('is 400 when it tries to reach the prototype: %s', async (body) => {
    await api.refused('POST', launch, 'bad-request', { body });
  });

  it('gets an explanation of what is wrong with which field', async () => {
    const spec = { name: 'demo', networks: [], limits: { memoryMb: 8, pids: 20.5 }, settings: { allowManaged: 'x' } };
    const { errors } = await api.refused('POST', launch, 'bad-request', { body: spec });
    expect(Object.fromEntries(errors?.map(({ path, message }) => [path, message]) ?? [])).toEqual({
      networks: 'must not be empty',
      'limits.memoryMb': 'must be at least 32',
      'limits.pids': 'must be a whole number',
      'settings.allowManaged': 'must be true or false; or must be a list',
    });
    const { detail } = await api.refused('GET', '/v1/commands/cmd_nope', 'bad-request');
    expect(detail).toBe('command: must be an ID: cmd_ and 20 characters of a-z and 2-7');
    await api.refused('GET', `/v1/commands/cmd_${'a'.repeat(20)}`, 'unknown-command');
  });

  it('is 400 when a query has an unknown parameter or an invalid value', async () => {
    await api.refused('GET', '/v1/hosts?limit=0', 'bad-request');
    await api.refused('GET', '/v1/hosts?colour=red', 'bad-request');
    await api.refused('GET', '/v1/hosts?after=nonsense', 'bad-request');
    const tampered = Buffer.from('["x","y"]').toString('base64url');
    await api.refused('GET', `/v1/commands?after=${tampered}`, 'bad-request');
    await api.refused('GET', '/v1/hosts?selector=%21%21', 'bad-request');
    await api.refused('DELETE', '/v1/hosts/x?dryRun=maybe', 'bad-request');
    expect((await api.raw('GET', '/v1/hosts?limit=1')).status).toBe(200);
  });

  it('is 400 when the URL itself is broken or a part of it is absurdly long', async () => {
    await api.refused('GET', '/v1/hosts/%zz', 'bad-request');
    await api.refused('GET', `/v1/hosts/${'x'.repeat(500)}`, 'bad-request');
    await api.refused('GET', `/v1/hosts/${'x'.repeat(129)}`, 'bad-request');
  });

  it('is 400 when it contains a NUL, which Postgres could not store', async () => {
    await api.refused('GET', '/v1/hosts/a%00b', 'bad-request');
    await api.refused('GET', '/v1/memberships?node=a%00b', 'bad-request');
    await api.refused('POST', launch, 'bad-request', { body: { name: 'demo', networks: ['a\0b'] } });
  });

  it('is 413 beyond 64 KiB, announced or not', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(70_000) });
    await api.refused('POST', launch, 'body-too-large', { body });
    const small = JSON.stringify({ name: 'x'.repeat(60_000) });
    await api.refused('POST', launch, 'bad-request', { body: small });
  });

  it('is 415 when it is not JSON', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      await api.refused('POST', launch, 'unsupported-media-type', { body: 'a=b', headers: { 'content-type': type } });
  });

  it('is 404 for an unknown path and 405 for a known one with another method', async () => {
    await api.refused('GET', '/v1/nothing', 'unknown-route');
    await api.refused('GET', '/', 'unknown-route');
    const { headers } = await api.refused('POST', '/v1/hosts/x', 'method-not-allowed', { body: {} });
    expect(headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
  });
});
