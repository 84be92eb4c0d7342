import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type TestPostgres } from '../../../../test/support/servers.js';
import { watchedClient } from './server-liveness.js';
import { asOnCalmMachine } from '../../../../test/support/calm.js';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres({ own: true });
}, 60_000);

afterAll(() => postgres?.close());

async function connected() {
  const Client = watchedClient(postgres.url);
  const client = new Client({ connectionString: postgres.url });
  const errors: Error[] = [];
  client.on('error', (error: Error) => errors.push(error));
  await client.connect();
  return { client, errors };
}

describe('a statement', () => {
  it('is given up when the server hangs, together with its connection', async () => {
    const { client, errors } = await connected();
    const statements = [client.query('SELECT pg_sleep(0.1)'), client.query('SELECT 1')];
    postgres.freeze();
    try {
      const began = performance.now();
      const ends = await Promise.allSettled(statements);
      expect(performance.now() - began).toBeLessThan(asOnCalmMachine(5000));
      for (const end of ends)
        expect(end).toMatchObject({
          status: 'rejected',
          reason: { code: 'ETIMEDOUT', message: expect.stringContaining('has not answered') },
        });
      await expect(client.query('SELECT 1')).rejects.toThrow();
      expect(errors.length).toBeGreaterThan(0);
    } finally {
      postgres.thaw();
    }
    const { client: next } = await connected();
    expect((await next.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await next.end();
  });

  it('may take long while the server responds', async () => {
    const { client, errors } = await connected();
    await client.query('SELECT pg_sleep(6)');
    expect(errors).toEqual([]);
    await client.end();
  });

  it('may take long while the server has no room for another connection', async () => {
    const { client } = await connected();
    await client.query('ALTER SYSTEM SET max_connections = 3');
    await client.query('ALTER SYSTEM SET superuser_reserved_connections = 0');
    await client.query('ALTER SYSTEM SET reserved_connections = 0');
    await client.query('ALTER SYSTEM SET max_wal_senders = 0');
    await client.end();
    await postgres.stop();
    await postgres.start();
    const taken: Awaited<ReturnType<typeof connected>>[] = [];
    const fill = async () => {
      for (;;) taken.push(await connected());
    };
    await expect(fill()).rejects.toMatchObject({ code: '53300' });
    await taken[0]?.client.query('SELECT pg_sleep(4)');
    await Promise.all(taken.map(({ client: each }) => each.end()));
  });
});
