import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

/** docs/faults.md, F1. */
describe('an API that starts while NATS is down', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
  }, 120_000);
  afterAll(() => system?.close());

  it('is up, reports that NATS is missing, accepts commands, and delivers them when NATS is back', async () => {
    await system.nats.stop();
    expect(await system.api.process.kill('SIGTERM')).toBe(0);
    await system.api.start();
    const databaseIsThere = async () => (await system.api.readiness()).checks['database']?.ok;
    await eventually(databaseIsThere, { within: 30_000, what: 'the database is connected' });
    const { ready, checks } = await system.api.readiness();
    expect([ready, checks['nats']?.ok, checks['migrations']?.ok]).toEqual([false, false, true]);
    expect(checks['nats']?.cause).toContain('no connection');

    const { id, state } = await system.launch('alpha', 'demo');
    expect(state).toBe('queued');
    await system.nats.start();
    const back = performance.now();
    await system.reaches(id, ['delivered', 'waiting', 'done']);
    // Five seconds on an idle machine.
    expect(performance.now() - back).toBeLessThan(20_000);
    await system.done(id);
    await system.api.ready();
    await expectSettledWorld(system);
  }, 180_000);
});
