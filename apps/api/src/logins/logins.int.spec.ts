import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ApiTokenMade, HostPage, LoginMade, Me } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { EventStream } from '../../../../test/support/event-stream.js';
import { joinHost } from '../../../../test/support/joined-host.js';
import { logIn, type PageLogin } from '../../../../test/support/login.js';
import { scopeOf } from '../../../../test/support/scope.js';
import { eventually } from '../../../../test/support/servers.js';
import { Upkeep } from '../database/upkeep.js';
import { LOGGER } from '../logger.js';
import { LoginWatch } from './login-watch.js';

const { api } = apiFixture();

let count = 0;
const tokenOf = async (more: { role?: string; scope?: string; expiresIn?: string } = {}) => {
  const { role = 'operator', scope, expiresIn } = more;
  const body = { name: `person-${count++}`, role, ...(scope ? { scope: scopeOf(scope) } : {}), expiresIn };
  return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body;
};
const me = (login: PageLogin) => api.ask('GET', '/v1/me', Me, login.asking);
const ended = (login: PageLogin) => api.refused('GET', '/v1/me', 'unauthenticated', login.asking);
const rested = (login: PageLogin, time: string) =>
  api.database.query('UPDATE logins SET used_at = now() - $2::interval WHERE id = $1', [login.made.id, time]);

describe('a login', () => {
  it('is allowed exactly what its token is, and says so', async () => {
    await joinHost(api, 'cloud-1', { labels: { site: 'cloud' } });
    await joinHost(api, 'home-1', { labels: { site: 'home' } });
    const { token, secret } = await tokenOf({ scope: 'hosts:site=cloud', expiresIn: '2h' });
    const login = await logIn(api, secret);
    const { name, role, scope, id: tokenId, expiresAt } = token;
    const person = { name, role, scope, tokenId, expiresAt };
    const { id, secret: half, ...made } = login.made;
    expect([id, half, made]).toEqual([
      expect.stringMatching(/^lgn_/),
      expect.stringMatching(/^[\w-]{43}$/),
      { ...person, idleAfterSeconds: 43_200 },
    ]);
    expect((await me(login)).body).toEqual({ ...person, by: 'login', idleAfterSeconds: 43_200 });
    const { body } = await api.ask('GET', '/v1/hosts', HostPage, login.asking);
    expect(body.items.map(({ name: host }) => host)).toEqual(['cloud-1']);
    await api.refused('GET', '/v1/hosts/home-1', 'unknown-host', login.asking);
    await api.refused('POST', '/v1/tokens', 'forbidden', { ...login.asking, body: { name: 'x', role: 'admin' } });
    const put = { ...login.asking, body: { setLabels: { seen: 'yes' } } };
    expect((await api.raw('PATCH', '/v1/hosts/cloud-1', put)).status).toBe(200);
  });

  it('is answered with where it can be read, and not at all without a valid token', async () => {
    const { secret, token } = await tokenOf();
    const post = (value: unknown) => ({ token: null, body: { token: value } });
    const { status, headers } = await api.ask('POST', '/v1/logins', LoginMade, post(secret));
    expect([status, headers.get('location')]).toEqual([201, '/v1/me']);
    for (const wrong of ['nonsense', `ora_${'x'.repeat(43)}`, api.joinSecret, ` ${secret}`])
      expect((await api.refused('POST', '/v1/logins', 'unauthenticated', post(wrong))).headers.getSetCookie()).toEqual(
        [],
      );
    for (const wrong of ['', 7, undefined, 'x'.repeat(513)])
      await api.refused('POST', '/v1/logins', 'bad-request', post(wrong));
    await api.raw('DELETE', `/v1/tokens/${token.id}`);
    await api.refused('POST', '/v1/logins', 'unauthenticated', post(secret));
  });

  it('ends with its token at the next request: revoked, expired or replaced', async () => {
    const [revoked, expired] = [await tokenOf(), await tokenOf()];
    const logins = [await logIn(api, revoked.secret), await logIn(api, expired.secret), await logIn(api)] as const;
    for (const login of logins) await me(login);
    await api.raw('DELETE', `/v1/tokens/${revoked.token.id}`);
    await ended(logins[0]);
    await api.database.query('UPDATE api_tokens SET expires_at = now() WHERE id = $1', [expired.token.id]);
    await ended(logins[1]);
    const hash = 'UPDATE api_tokens SET hash = $1 WHERE id = $2';
    const [was] = await api.database.query<{ hash: Buffer }[]>("SELECT hash FROM api_tokens WHERE id = 'tok_admin'");
    await api.database.query(hash, [Buffer.from('another'), 'tok_admin']);
    await ended(logins[2]);
    await api.database.query(hash, [was?.hash, 'tok_admin']);
    await me(logins[2]);
  });

  it('ends when its page asks for it, with its cookie; its token and its other logins stay', async () => {
    const { secret } = await tokenOf({ scope: 'hosts:site=cloud' });
    const [login, other] = [await logIn(api, secret), await logIn(api, secret)];
    const response = await api.raw('DELETE', '/v1/me/login', login.asking);
    expect([response.status, await response.text(), response.headers.getSetCookie()]).toEqual([
      204,
      '',
      ['orrery-login=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0'],
    ]);
    await ended(login);
    await me(other);
    await api.refused('DELETE', '/v1/me/login', 'unknown-login', { token: secret });
    const { body } = await api.ask('GET', '/v1/me', Me, { token: secret });
    expect(body).toMatchObject({ by: 'token' });
    expect(body).not.toHaveProperty('idleAfterSeconds');
  });

  it('in a second tab keeps the cookie of the browser, so that the first tab stays logged in', async () => {
    const { secret } = await tokenOf();
    const first = await logIn(api, secret);
    const second = await logIn(api, secret, `a=b; ${first.cookie}`);
    expect([second.cookie, second.made.secret === first.made.secret]).toEqual([first.cookie, false]);
    await me(first);
    await me(second);
    await rested(first, '13 hours');
    await rested(second, '13 hours');
    expect((await logIn(api, secret, first.cookie)).cookie).not.toBe(first.cookie);
  });

  it('ends after 12 hours without a request, and lasts longer with each', async () => {
    const { secret, token } = await tokenOf();
    const login = await logIn(api, secret);
    expect((await me(login)).headers.getSetCookie()).toEqual([]);
    await rested(login, '11 hours 59 minutes');
    await api.database.query('UPDATE api_tokens SET last_used_at = NULL WHERE id = $1', [token.id]);
    const { headers } = await me(login);
    expect(headers.getSetCookie()).toEqual([login.setCookie]);
    const fresh = "SELECT id FROM logins WHERE used_at > now() - interval '1 minute' AND id = $1";
    expect(await api.database.query(fresh, [login.made.id])).toHaveLength(1);
    const used = 'SELECT id FROM api_tokens WHERE last_used_at IS NOT NULL AND id = $1';
    expect(await api.database.query(used, [token.id])).toHaveLength(1);
    await rested(login, '12 hours 1 second');
    await ended(login);
  });

  it('is one of at most 100 of its token: beyond that, the one that was used least recently ends', async () => {
    const { secret } = await tokenOf();
    const [first, second] = [await logIn(api, secret), await logIn(api, secret)];
    await rested(second, '10 minutes');
    for (let each = 0; each < 98; each++) await logIn(api, secret);
    await me(second);
    await rested(second, '5 minutes');
    await rested(first, '6 minutes');
    const last = await logIn(api, secret);
    await ended(first);
    await me(second);
    await me(last);
  });

  it('is removed by upkeep when it has ended; one that rests stays', async () => {
    const { secret } = await tokenOf();
    const [old, resting] = [await logIn(api, secret), await logIn(api, secret)];
    await rested(old, '12 hours 1 second');
    await rested(resting, '11 hours');
    expect(await api.app.get(Upkeep, { strict: false }).perform('prune-history')).toBe(true);
    const left = await api.database.query<{ id: string }[]>('SELECT id FROM logins WHERE id = ANY($1)', [
      [old.made.id, resting.made.id],
    ]);
    expect(left).toEqual([{ id: resting.made.id }]);
  });
});

describe('the log of requests', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('names who logged in, who changed something and who logged out, and no secret', async () => {
    const { secret, token } = await tokenOf({ role: 'admin' });
    const logger = api.app.get<{ info: (...line: unknown[]) => void }>(LOGGER, { strict: false });
    const info = jest.spyOn(logger, 'info');
    const login = await logIn(api, secret);
    await api.raw('PATCH', '/v1/hosts/cloud-1', { ...login.asking, body: { setLabels: { logged: 'yes' } } });
    await api.raw('DELETE', '/v1/me/login', login.asking);
    await eventually(() => info.mock.calls.length >= 3, { what: 'the lines' });
    const { id } = login.made;
    const lines = info.mock.calls.map(([line]) => line as Record<string, unknown>);
    expect(lines.filter(({ event }) => event === 'http.request')).toMatchObject([
      { route: '/v1/logins', by: token.name, login: id },
      { route: '/v1/hosts/:host', by: token.name, login: id },
      { route: '/v1/me/login', by: token.name, login: id },
    ]);
    const text = JSON.stringify(lines);
    for (const half of [secret, login.made.secret, login.cookie.split('=')[1] ?? '']) expect(text).not.toContain(half);
  });
});

describe('the event stream of a page', () => {
  const open = (login: PageLogin) => EventStream.open(`${api.url}/v1/events/stream`, login.asking.headers);

  it('shows what happens, and ends at once when the page logs out; that of another page stays', async () => {
    const { secret } = await tokenOf();
    const [login, other] = [await logIn(api, secret), await logIn(api, secret)];
    const [stream, stays] = [await open(login), await open(other)];
    await api.raw('PATCH', '/v1/hosts/home-1', { body: { setLabels: { streamed: 'yes' } } });
    await eventually(() => stream.events.some(({ type }) => type === 'io.orrery.host.changed'), { what: 'the event' });
    await api.raw('DELETE', '/v1/me/login', login.asking);
    await eventually(() => stream.ended, { within: 5000, what: 'the end of the stream' });
    expect(stays.ended).toBe(false);
    stays.close();
  });

  it('ends when the token of the login is revoked', async () => {
    const { secret, token } = await tokenOf();
    const stream = await open(await logIn(api, secret));
    await api.raw('DELETE', `/v1/tokens/${token.id}`);
    await eventually(() => stream.ended, { within: 5000, what: 'the end of the stream' });
  });

  it('ends when the login has rested for too long; one in use stays', async () => {
    const { secret } = await tokenOf();
    const [login, other] = [await logIn(api, secret), await logIn(api, secret)];
    const [stream, stays] = [await open(login), await open(other)];
    await rested(login, '13 hours');
    await api.app.get(LoginWatch, { strict: false }).look();
    await eventually(() => stream.ended, { within: 5000, what: 'the end of the stream' });
    expect(stays.ended).toBe(false);
    stays.close();
  });
});
