import { describe, expect, it } from '@jest/globals';
import { JoinToken, JoinTokenMade, JoinTokenPage, type JoinTokenPost } from '@orrery/shared/contracts';
import type { z } from 'zod';
import { Store } from '../../apps/api/src/database/store.js';
import { JoinTokens } from '../../apps/api/src/join-tokens/join-tokens.service.js';
import { apiFixture } from '../support/api-fixture.js';

const { api } = apiFixture();

const make = async (body: z.input<typeof JoinTokenPost>) =>
  (await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body })).body;

/** One use, in a transaction of its own, like the one that creates a host; `fails`: that transaction is rolled back. */
async function spend(secret: string, fails = false): Promise<'won' | 'refused'> {
  const tokens = api.app.get(JoinTokens, { strict: false });
  try {
    await api.app.get(Store, { strict: false }).transaction(async (transaction) => {
      await tokens.consume(transaction, secret);
      if (fails) throw new TypeError('the host was not made');
    });
    return 'won';
  } catch (error) {
    if ((error as { code?: string }).code === 'join-refused') return 'refused';
    throw error;
  }
}

const winners = async (secret: string, tries: number) =>
  (await Promise.all(Array.from({ length: tries }, () => spend(secret)))).filter((end) => end === 'won').length;

describe('a join token', () => {
  it('for one use is spent once by 100 who try at the same moment, in every round', async () => {
    for (let round = 0; round < 5; round++) expect(await winners((await make({})).secret, 100)).toBe(1);
  });

  it('for forty uses is spent exactly forty times by 100', async () => {
    const { secret, token } = await make({ uses: 40 });
    expect(await winners(secret, 100)).toBe(40);
    const { body } = await api.ask('GET', `/v1/join-tokens/${token.id}`, JoinToken);
    expect(body).toMatchObject({ usesLeft: 0, state: 'used' });
  });

  it('is refused with the same words when it is late, revoked or unknown, and accepted otherwise', async () => {
    const late = await make({});
    await api.database.query("UPDATE join_tokens SET expires_at = now() - interval '1 s' WHERE id = $1", [
      late.token.id,
    ]);
    const revoked = await make({});
    await api.ask('DELETE', `/v1/join-tokens/${revoked.token.id}`, JoinToken);
    for (const secret of [late.secret, revoked.secret, `orj1.${'x'.repeat(43)}`])
      expect(await spend(secret)).toBe('refused');
    expect(await spend((await make({})).secret)).toBe('won');
  });

  it('is not spent when the host was not created', async () => {
    const { secret } = await make({});
    await expect(spend(secret, true)).rejects.toThrow('the host was not made');
    expect(await spend(secret)).toBe('won');
  });

  it('is for admins alone', async () => {
    await api.refused('POST', '/v1/join-tokens', 'unauthenticated', { token: null, body: {} });
    await api.ask('GET', '/v1/join-tokens?all=true', JoinTokenPage);
  });
});
