import { describe, expect, it } from '@jest/globals';
import {
  ApiTokenMade,
  ApiTokenPage,
  ApiTokenReplayed,
  EventPage,
  HostPage,
  JoinTokenMade,
  JoinTokenReplayed,
} from '@orrery/shared/contracts';
import { apiFixture } from '../support/api-fixture.js';
import { eventually } from '../support/servers.js';

const { api } = apiFixture();

/** Every row of every table as text. */
async function dump(): Promise<string> {
  const tables = await api.database.query<{ name: string }[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
  );
  const parts = tables.map(({ name }) => api.database.query(`SELECT t::text AS row FROM "${name}" t`));
  return JSON.stringify(await Promise.all(parts));
}

describe('a dump of the database', () => {
  it('holds no usable token, neither of people nor of hosts, but holds data that is not secret', async () => {
    const body = { name: 'canary', role: 'admin' };
    const headers = { 'idempotency-key': 'made-once' };
    const people = await api.ask('POST', '/v1/tokens', ApiTokenMade, { body, headers });
    const replay = await api.ask('POST', '/v1/tokens', ApiTokenReplayed, { body, headers });
    expect([replay.headers.get('idempotency-replayed'), replay.body.token]).toEqual(['true', people.body.token]);
    const others = { 'idempotency-key': 'made-once-too' };
    const hosts = await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body: { uses: 3 }, headers: others });
    await api.ask('POST', '/v1/join-tokens', JoinTokenReplayed, { body: { uses: 3 }, headers: others });
    await api.ask('GET', '/v1/hosts', HostPage, { token: people.body.secret });
    const text = await dump();
    for (const secret of [people.body.secret, hosts.body.secret, api.adminToken, api.joinSecret]) {
      expect(text).not.toContain(secret);
      // Nor its random part, as text or as the bytes that it encodes.
      const random = secret.slice(secret.search(/[._]/) + 1);
      expect(text).not.toContain(random);
      expect(text).not.toContain(Buffer.from(random, 'base64url').toString('hex'));
    }
    for (const known of ['canary', people.body.token.prefix, hosts.body.token.id]) expect(text).toContain(known);
  });

  it('shows in events who created and revoked a token, and no secret in lists', async () => {
    const { body: made } = await api.ask('POST', '/v1/tokens', ApiTokenMade, {
      body: { name: 'short', role: 'viewer' },
    });
    expect((await api.raw('DELETE', '/v1/tokens/short')).status).toBe(200);
    await api.refused('GET', '/v1/hosts', 'unauthenticated', { token: made.secret });
    const told = await eventually(
      async () => {
        const { items } = (await api.get('/v1/events?type=token.*', EventPage)).body;
        const ours = items.filter(({ data }) => data.token === made.token.id);
        return ours.length === 2 && ours;
      },
      { what: 'both events' },
    );
    expect(told.map(({ type, data }) => [type, data.by])).toEqual([
      ['io.orrery.token.revoked', 'admin'],
      ['io.orrery.token.created', 'admin'],
    ]);
    const { body } = await api.get('/v1/tokens?all=true', ApiTokenPage);
    expect(body.items.map(({ name, state }) => [name, state])).toContainEqual(['short', 'revoked']);
    expect(JSON.stringify(body)).not.toContain(made.secret.slice(13));
  });

  it('cannot lock people out: the admin token of the state folder is not revoked; the token of another admin is', async () => {
    await api.refused('DELETE', '/v1/tokens/tok_admin', 'token-in-state-folder');
    await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name: 'second', role: 'admin' } });
    expect((await api.raw('DELETE', '/v1/tokens/second')).status).toBe(200);
    await api.refused('DELETE', '/v1/tokens/nobody', 'unknown-token');
  });
});
