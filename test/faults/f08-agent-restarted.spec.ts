import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const { containers: count, restarts } = scaled('F8', { containers: [12, 50], restarts: [3, 20] });

/** docs/faults.md, F8, and F33 with the simulated machine. */
describe('an agent over many running containers', () => {
  let system: System;
  const host = () => system.host('alpha');
  const look = async () =>
    (await host().simulated()).containers
      .map(({ name, startedAt, engineId, daemon }) => ({ name, startedAt, engineId, is: daemon.identityPublic }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));

  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    const names = Array.from({ length: count }, (_, index) => `demo-${index}`);
    const commands = await Promise.all(names.map((name) => system.launch('alpha', name)));
    for (const { id } of commands) await system.done(id, 120_000);
    await expectSettledWorld(system);
  }, 300_000);
  afterAll(() => system?.close());

  it('is restarted and killed, and every container keeps its start time', async () => {
    const before = await look();
    expect(before).toHaveLength(count);
    for (let restart = 0; restart < restarts; restart++) {
      await host().process.kill(restart % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
      await (await host().start()).welcomed();
    }
    await expectSettledWorld(system);
    expect(await look()).toEqual(before);
  }, 240_000);

  it('brings them all back, each with its identity, when they were removed by hand', async () => {
    const before = await look();
    await host().process.kill();
    await host().tamper((state) => (state.containers = []));
    await host().start();
    await expectSettledWorld(system, { within: 120_000 });
    const after = await look();
    expect(after.map(({ name, is }) => ({ name, is }))).toEqual(before.map(({ name, is }) => ({ name, is })));
    expect(after.some(({ engineId }) => before.some((one) => one.engineId === engineId))).toBe(false);
  }, 240_000);
});
