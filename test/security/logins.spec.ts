import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ApiTokenMade, HostPage, LoginMade } from '@orrery/shared/contracts';
import { apiFixture } from '../support/api-fixture.js';
import { logIn } from '../support/login.js';

const { api } = apiFixture();

const half = () => randomBytes(32).toString('base64url');
const post = (headers: Record<string, string>, token = api.adminToken) => ({ token: null, headers, body: { token } });

describe('the login of a page', () => {
  it('is worth nothing without its header or without its cookie; both together are', async () => {
    const { asking, cookie, made } = await logIn(api);
    const secret = made.secret;
    const value = cookie.split('=')[1] ?? '';
    for (const headers of [{ cookie }, { 'orrery-login': secret }] as Record<string, string>[])
      for (const [method, path] of [
        ['GET', '/v1/hosts'],
        ['GET', '/v1/events/stream'],
        ['DELETE', '/v1/me/login'],
      ] as const)
        await api.refused(method, path, 'unauthenticated', { token: null, headers });
    for (const headers of [
      { cookie, 'orrery-login': value },
      { cookie: `orrery-login=${secret}`, 'orrery-login': secret },
      { cookie: `orrery-login=${secret}`, 'orrery-login': value },
      { cookie, 'orrery-login': half() },
      { cookie: `orrery-login=${half()}`, 'orrery-login': secret },
    ] as Record<string, string>[])
      await api.refused('GET', '/v1/hosts', 'unauthenticated', { token: null, headers });
    // As a bearer token, neither is one.
    for (const token of [secret, value, `ora_${secret}`, `ora_${value}`])
      await api.refused('GET', '/v1/hosts', 'unauthenticated', { token });
    await api.ask('GET', '/v1/hosts', HostPage, asking);
  });

  it('does not consist of halves of two logins, not even of the same token', async () => {
    const [one, two] = [await logIn(api), await logIn(api)];
    const mixed = { cookie: one.cookie, 'orrery-login': two.made.secret };
    await api.refused('GET', '/v1/hosts', 'unauthenticated', { token: null, headers: mixed });
    // What else listens on this machine can add a cookie of the name, but that locks nobody in or out.
    const added = { cookie: `${two.cookie}; ${one.cookie}`, 'orrery-login': one.made.secret };
    await api.ask('GET', '/v1/hosts', HostPage, { token: null, headers: added });
  });

  it('takes over no cookie that somebody planted: neither a made-up one nor that of another token', async () => {
    const { body } = await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name: 'planter', role: 'viewer' } });
    const planter = await logIn(api, body.secret);
    for (const planted of [`orrery-login=${half()}`, planter.cookie, 'orrery-login='])
      expect((await logIn(api, api.adminToken, planted)).cookie).not.toBe(planted);
  });

  it('is refused together with a bearer token, whichever of them is valid', async () => {
    const { asking, cookie } = await logIn(api);
    const wrong = { cookie: `orrery-login=${half()}`, 'orrery-login': half() };
    for (const token of [api.adminToken, `ora_${half()}`])
      for (const headers of [asking.headers, { cookie }, { 'orrery-login': half() }, wrong] as Record<string, string>[])
        expect((await api.refused('GET', '/v1/hosts', 'two-credentials', { token, headers })).fix).toContain(
          'not both',
        );
    await api.ask('GET', '/v1/hosts', HostPage);
    await api.ask('GET', '/v1/hosts', HostPage, asking);
  });

  it('is in the database only as hashes, and its token too', async () => {
    const { made, cookie } = await logIn(api);
    const rows = await api.database.query<{ row: string }[]>('SELECT l::text AS row FROM logins l WHERE id = $1', [
      made.id,
    ]);
    const text = JSON.stringify(rows);
    expect(text).toContain(made.id);
    for (const secret of [made.secret, cookie.split('=')[1] ?? '', api.adminToken.slice(4)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    }
  });

  it('changes nothing for a page of another site, and is opened or ended by none', async () => {
    const { asking } = await logIn(api);
    const put = (headers: Record<string, string>) =>
      [
        'PUT',
        '/v1/networks/8056c2e21c000001',
        { token: null, headers: { ...asking.headers, ...headers }, body: { name: 'lab' } },
      ] as const;
    for (const foreign of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as unknown as Record<string, string>[]) {
      const asPage = { token: null, headers: { ...asking.headers, ...foreign } };
      const [method, path, request] = put(foreign);
      await api.refused(method, path, 'forbidden', request);
      await api.refused('DELETE', '/v1/me/login', 'forbidden', asPage);
      expect((await api.refused('POST', '/v1/logins', 'forbidden', post(foreign))).headers.getSetCookie()).toEqual([]);
    }
    for (const own of [{ origin: api.url }, { 'sec-fetch-site': 'same-origin' }] as unknown as Record<
      string,
      string
    >[]) {
      const [method, path, request] = put(own);
      expect((await api.raw(method, path, request)).status).toBe(200);
      await api.ask('POST', '/v1/logins', LoginMade, post(own));
    }
  });

  it('is not promised to other sites: no answer has a header that lets them read it or send its header', async () => {
    const { asking } = await logIn(api);
    const preflight = {
      origin: 'https://evil.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'orrery-login',
    };
    for (const [method, path] of [
      ['OPTIONS', '/v1/hosts'],
      ['OPTIONS', '/v1/logins'],
      ['GET', '/v1/me'],
    ] as const) {
      const { headers } = await api.raw(method, path, { token: null, headers: { ...asking.headers, ...preflight } });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('is out of reach for scripts and sites: its cookie is HttpOnly, Strict, and of no domain', async () => {
    const { setCookie } = await logIn(api);
    expect(setCookie.replace(/=[\w-]{43};/, '=…;')).toBe(
      'orrery-login=…; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200',
    );
  });
});

describe('wrong tokens in logins', () => {
  const { api } = apiFixture(); // of its own: wrong halves were counted above
  it('are slowed as wrong bearer tokens are, together with wrong halves; a valid one is served at once', async () => {
    const { asking } = await logIn(api);
    const wrong = [
      async () => (await api.raw('POST', '/v1/logins', post({}, `ora_${half()}`))).status,
      async () => (await api.raw('GET', '/v1/hosts', { token: `ora_${half()}` })).status,
      async () =>
        (
          await api.raw('GET', '/v1/hosts', {
            token: null,
            headers: { cookie: `orrery-login=${half()}`, 'orrery-login': half() },
          })
        ).status,
    ];
    const statuses: number[] = [];
    for (let each = 0; each < 45 && !statuses.includes(429); each++)
      statuses.push((await wrong[each % wrong.length]?.()) ?? 0);
    expect([new Set(statuses), statuses.at(-1)]).toEqual([new Set([401, 429]), 429]);
    for (const ask of wrong) expect(await ask()).toBe(429);
    const from = performance.now();
    await api.ask('GET', '/v1/hosts', HostPage, asking);
    const { body } = await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name: 'new', role: 'viewer' } });
    await logIn(api, body.secret);
    expect(performance.now() - from).toBeLessThan(900);
  });
});
