import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const { kills } = scaled('F5', { kills: [2, 20] });

/** docs/faults.md, F5. */
describe('Postgres that is killed in the middle of transactions', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'], ownPostgres: true });
  }, 120_000);
  afterAll(() => system?.close());

  it('is reconnected by the API, which loses nothing that it acknowledged and does not crash', async () => {
    for (let kill = 0; kill < kills; kill++) {
      // The kill decides whether these are accepted; every acknowledged one must be carried out.
      const asked = ['alpha', 'beta'].map((host) => system.launch(host, `demo-${kill}`).catch(() => undefined));
      await Promise.race(asked);
      await system.postgres.kill();
      await Promise.all(asked);
      await system.postgres.start();
      // Five seconds on an idle machine.
      await system.api.ready(20_000);
    }
    expect(system.accepted.size).toBeGreaterThan(0);
    for (const id of system.accepted) await system.done(id);
    await expectSettledWorld(system);
    expect(system.api.process.exited).toBe(false);
    expect(system.api.process.output).not.toMatch(/unhandled|uncaught/i);
  }, 240_000);
});
