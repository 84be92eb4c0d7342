import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

/** docs/faults.md, F2. */
describe('an agent that starts while NATS is down', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
  }, 120_000);
  afterAll(() => system?.close());

  it('reconciles from its stored state, journals it, and reports when NATS is back', async () => {
    const host = system.host('alpha');
    await system.done((await system.launch('alpha', 'demo')).id);
    await host.process.kill();
    const [before] = (await host.simulated()).containers;
    await host.tamper((state) => (state.containers = []));
    await system.nats.stop();

    await host.start();
    const again = async () => (await host.simulated()).containers[0]?.state === 'running';
    await eventually(again, { within: 60_000, what: 'the container is recreated without NATS' });
    const [after] = (await host.simulated()).containers;
    expect(after?.engineId).not.toBe(before?.engineId);
    expect(after?.daemon.identityPublic).toBe(before?.daemon.identityPublic);

    await system.nats.start();
    // Five seconds on an idle machine.
    await host.welcomed(20_000);
    await expectSettledWorld(system);
    const rows = await system.sql(`SELECT 1 FROM events WHERE type = 'container.created'`);
    expect([rows.length, host.process.exited]).toEqual([2, false]);
  }, 180_000);
});
