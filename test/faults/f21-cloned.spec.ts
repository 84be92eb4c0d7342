import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FindingPage } from '@orrery/shared/contracts';
import { eventually, temporaryFolder } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import type { SystemHost } from '../support/system/system-host.js';
import { System } from '../support/system/system.js';

/** docs/faults.md, F21. */
describe('two agents with one identity', () => {
  let system: System;
  let clone: SystemHost | undefined;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    await system.done((await system.launch('alpha', 'demo')).id);
  }, 150_000);
  afterAll(async () => {
    if (clone?.wasStarted) await clone.process.kill();
    await system?.close();
  });

  const cloned = () => system.sql(`SELECT 1 FROM events WHERE type = 'host.cloned'`);
  const isCloned = async () => {
    const { items } = await system.api.get('/v1/findings', FindingPage);
    return items.some(({ code }) => code === 'host-cloned');
  };

  it('that take turns are noticed and reported, neither gets new commands, and the host recovers when one is gone', async () => {
    const original = system.host('alpha');
    // A quiet agent is not told that it was taken over, so the two keep sending heartbeats in turns.
    await expectSettledWorld(system);
    const home = await temporaryFolder('clone');
    await cp(original.home, home, { recursive: true, filter: (path) => !path.endsWith('LOCK') });
    clone = original.cloneInto(home);
    await (await clone.start()).welcomed();
    // If an agent is taken over before the other has reported again, their turns are noticed a minute later.
    await eventually(isCloned, { within: 150_000, what: 'the finding host-cloned' });
    await eventually(async () => (await cloned()).length > 0, { within: 30_000 });

    const { id } = await system.launch('alpha', 'second');
    await system.api.raw('GET', `/v1/commands/${id}?wait=3s&seen=9`);
    expect((await system.command(id)).state).toBe('queued');
    const both = await Promise.all([original, clone].map(async (one) => (await one.simulated()).containers.length));
    expect([both, original.process.exited, clone.process.exited]).toEqual([[1, 1], false, false]);

    await clone.process.kill();
    await original.process.kill('SIGTERM');
    await original.start();
    await system.done(id);
    await eventually(async () => !(await isCloned()), { within: 30_000, what: 'no finding host-cloned' });
    await expectSettledWorld(system);
    expect((await original.simulated()).containers.map(({ name }) => name).sort()).toEqual(['demo', 'second']);
    expect(await cloned()).toHaveLength(1);
  }, 330_000);
});
