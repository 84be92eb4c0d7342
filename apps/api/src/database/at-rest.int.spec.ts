import { beforeAll, describe, expect, it } from '@jest/globals';
import { EventPage } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { asOnCalmMachine } from '../../../../test/support/calm.js';
import { eventually } from '../../../../test/support/servers.js';

const WINDOW_MS = 3_000;
/** The longest delay that a missed hint may cause. */
const MISSED_MS = 30_000;

const { api, listening } = apiFixture();

beforeAll(() => listening('quiet'), 60_000);

const ask = <Row>(text: string) => api.database.query<Row[]>(text);
const transactions = async () => {
  const [row] = await ask<{ all: string }>(
    'SELECT xact_commit + xact_rollback AS all FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(row?.all);
};

describe('an idle API', () => {
  it('queries Postgres less than once a second', async () => {
    const inWindow = async () => {
      const before = await transactions();
      await pause(WINDOW_MS);
      return (await transactions()) - before;
    };
    // The two queries that count are included.
    await eventually(async () => (await inWindow()) <= WINDOW_MS / 1000 + 2, { within: 60_000, what: 'rest' });
  });

  it('finds changes that no hint announced', async () => {
    await ask('ALTER TABLE outbox DISABLE TRIGGER USER');
    await ask(`INSERT INTO outbox (type, data) VALUES ('host.paused', '{"name":"untold","by":"nobody"}')`);
    const begun = performance.now();
    const found = async () => (await api.get('/v1/events?type=host.paused', EventPage)).body.items.length > 0;
    await eventually(found, { within: 60_000, what: 'the event' });
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(MISSED_MS));
    await ask('ALTER TABLE outbox ENABLE TRIGGER USER');
  });
});
