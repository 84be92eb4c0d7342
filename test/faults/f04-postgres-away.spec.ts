import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const { awayMs } = scaled('F4', { awayMs: [6_000, 60_000] });

/** docs/faults.md, F4. */
describe('Postgres that is down for a while', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'], ownPostgres: true });
  }, 120_000);
  afterAll(() => system?.close());

  it(
    'loses no event: the API answers 503 and stays up, agents keep their batches, and all catch up',
    async () => {
      await system.done((await system.launch('alpha', 'early')).id);
      const { id } = await system.launch('beta', 'demo');
      await system.postgres.stop();
      const end = performance.now() + awayMs;

      const unavailable = async () => {
        const response = await system.api.raw('GET', '/v1/hosts');
        return response.status === 503 && response;
      };
      const response = await eventually(unavailable, { within: 30_000, what: 'the API answers 503' });
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      await system.api.refused('POST', '/v1/hosts/alpha/containers', 'store-unavailable', {
        body: { name: 'never', networks: ['8056c2e21c000001'] },
      });
      // Events keep happening meanwhile: an agent's report of its own restart must wait.
      await system.host('alpha').process.kill();
      await system.host('alpha').tamper((state) => (state.containers = []));
      await system.host('alpha').start();
      await eventually(() => performance.now() > end, { within: awayMs + 60_000 });

      await system.postgres.start();
      await system.api.ready(30_000);
      await system.done(id);
      await expectSettledWorld(system);
      expect(system.api.process.exited).toBe(false);
      expect(await system.sql(`SELECT 1 FROM containers WHERE name = 'never'`)).toEqual([]);
      expect(await system.sql(`SELECT 1 FROM events WHERE type = 'container.created'`)).toHaveLength(3);
    },
    awayMs + 240_000,
  );
});
