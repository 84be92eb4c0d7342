import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ApiToken, ApiTokenMade, HostPage } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';

const { api } = apiFixture();

async function tokenFor(role: string, more: { expires_at?: string; revoked_at?: string } = {}): Promise<string> {
  const token = `ora_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(token).digest();
  await api.database.query(
    'INSERT INTO api_tokens (id, name, hash, role, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [`tok_${randomBytes(4).toString('hex')}`, role, hash, role, more.expires_at ?? null, more.revoked_at ?? null],
  );
  return token;
}

describe('every role on every route', () => {
  it('can do exactly what the document says', async () => {
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { 'x-orrery-policy': string }>>;
    };
    const roles = ['viewer', 'operator', 'admin'];
    const wrong: string[] = [];
    for (const role of roles) {
      const token = await tokenFor(role);
      for (const [path, methods] of Object.entries(document.paths))
        for (const [method, { 'x-orrery-policy': policy }] of Object.entries(methods)) {
          if (!roles.includes(policy) || path.endsWith('/stream')) continue;
          const asked = `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`;
          const [verb = '', url = ''] = asked.split(' ');
          const { status } = await api.raw(verb, url, { token, ...(/PUT|POST|PATCH/.test(verb) ? { body: {} } : {}) });
          const may = roles.indexOf(role) >= roles.indexOf(policy);
          if (may ? status === 401 || status === 403 : status !== 403) wrong.push(`${role} ${asked}: ${status}`);
        }
    }
    expect(wrong).toEqual([]);
  });
});

describe('a token', () => {
  it('is invalid once it is revoked or has expired, and valid otherwise', async () => {
    const [past, future] = ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z'];
    await api.refused('GET', '/v1/hosts', 'unauthenticated', { token: await tokenFor('admin', { revoked_at: past }) });
    await api.refused('GET', '/v1/hosts', 'unauthenticated', { token: await tokenFor('admin', { expires_at: past }) });
    const valid = await tokenFor('viewer', { expires_at: future });
    await api.ask('GET', '/v1/hosts', HostPage, { token: valid });
    await api.database.query("UPDATE api_tokens SET revoked_at = now() WHERE role = 'viewer'");
    await api.refused('GET', '/v1/hosts', 'unauthenticated', { token: valid });
  });

  it('is read by its ID or name, with its scope and expiry as they were written', async () => {
    const scope = { hosts: 'env=staging', networks: ['8056c2e21c000001'] };
    const post = { name: 'ci', role: 'operator', scope, expiresIn: '2h' };
    const { token } = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: post })).body;
    expect(token).toMatchObject({ name: 'ci', scope });
    expect(Date.parse(token.expiresAt ?? '') - Date.parse(token.createdAt)).toBe(7_200_000);
    for (const reference of [token.id, 'ci'])
      expect((await api.get(`/v1/tokens/${reference}`, ApiToken)).body).toEqual(token);
    await api.refused('GET', '/v1/tokens/nobody', 'unknown-token');
    for (const wrong of ['hosts:env=staging', {}, { hosts: null, networks: null }, { hosts: '=' }, { networks: [] }])
      await api.refused('POST', '/v1/tokens', 'bad-request', { body: { ...post, name: 'other', scope: wrong } });
    for (const expiresIn of ['7200', 7200, '0s', '11w1'])
      await api.refused('POST', '/v1/tokens', 'bad-request', { body: { ...post, name: 'other', expiresIn } });
  });

  it('remembers when it was last used', async () => {
    await api.get('/v1/hosts', HostPage);
    const rows = await api.database.query(
      "SELECT last_used_at IS NOT NULL AS used FROM api_tokens WHERE id = 'tok_admin'",
    );
    expect(rows).toEqual([{ used: true }]);
  });
});
