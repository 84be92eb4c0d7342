import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const { pausedMs, slowMs, growthMb } = scaled('F17', {
  pausedMs: [8_000, 60_000],
  slowMs: [100, 500],
  growthMb: [150, 150],
});

/** docs/faults.md, F17. */
describe('an API that is paused, and a slow Postgres', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'], through: ['postgres'] });
  }, 120_000);
  afterAll(() => system?.close());

  it(
    'resumes where it was, blames no host for its own silence, and no memory has grown',
    async () => {
      const agents = ['alpha', 'beta'].map((name) => system.host(name).process);
      const before = agents.map((agent) => agent.usage().memoryMb);
      const launches = await Promise.all(['alpha', 'beta'].map((host) => system.launch(host, 'demo')));
      const end = performance.now() + pausedMs;
      system.api.process.pause();
      await system.host('alpha').process.kill();
      await system.host('alpha').start();
      await eventually(() => performance.now() > end, { within: pausedMs + 60_000 });
      system.api.process.resume();
      for (const { id } of launches) await system.done(id);
      await expectSettledWorld(system);
      expect(await system.sql(`SELECT 1 FROM events WHERE type = 'host.unreachable'`)).toEqual([]);
      const grown = agents.slice(1).map((agent, index) => agent.usage().memoryMb - (before[index + 1] ?? 0));
      expect(Math.max(...grown)).toBeLessThan(growthMb);
    },
    pausedMs + 240_000,
  );

  it('is slower with a slow database, and otherwise the same', async () => {
    const before = system.api.process.usage().memoryMb;
    if (system.proxies.postgres) system.proxies.postgres.delay = () => slowMs;
    const launches = await Promise.all(['alpha', 'beta'].map((host) => system.launch(host, 'slow')));
    for (const { id } of launches) await system.done(id, 120_000);
    if (system.proxies.postgres) system.proxies.postgres.delay = () => 0;
    await expectSettledWorld(system);
    expect(system.api.process.usage().memoryMb - before).toBeLessThan(growthMb);
    expect(system.api.process.exited).toBe(false);
  }, 240_000);
});
