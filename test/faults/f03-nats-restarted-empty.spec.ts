import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

/** docs/faults.md, F3. */
describe('NATS that is killed in the middle of commands and restarted with empty memory', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'] });
  }, 120_000);
  afterAll(() => system?.close());

  it('makes the hosts carry each command out once, report the result later, and lose nothing', async () => {
    const before = [await system.launch('alpha', 'one'), await system.launch('beta', 'one')];
    await system.nats.kill();
    const during = [await system.launch('alpha', 'two'), await system.launch('beta', 'two')];
    await system.nats.start();
    for (const { id } of [...before, ...during]) await system.done(id);
    await expectSettledWorld(system);
    for (const name of ['alpha', 'beta']) {
      const { containers } = await system.host(name).simulated();
      expect(containers.map((container) => container.name).sort()).toEqual(['one', 'two']);
    }
    const rows = await system.sql<{ count: number }>(
      `SELECT count(*)::int FROM events WHERE type = 'container.created' GROUP BY node_id`,
    );
    expect(rows).toEqual([{ count: 1 }, { count: 1 }, { count: 1 }, { count: 1 }]);
  }, 180_000);
});
