import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';
import { asOnCalmMachine } from '../support/calm.js';

const WITHIN_MS = 10_000;

/** docs/faults.md, F24. */
describe('SIGTERM with work in flight', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
  }, 120_000);
  afterAll(() => system?.close());

  it('stops the API in order: accepted work is kept, and it exits with 0', async () => {
    const asked = Array.from({ length: 10 }, (_, index) =>
      system.launch('alpha', `api-${index}`).catch(() => undefined),
    );
    // One long wait is open too.
    const first = await Promise.any(asked.map(async (one) => (await one) ?? Promise.reject(new Error('refused'))));
    const waiting = system.api
      .raw('GET', `/v1/commands/${first.id}?wait=60s&seen=99`)
      .then((response) => response.text());
    const begin = performance.now();
    expect(await system.api.process.kill('SIGTERM')).toBe(0);
    expect(performance.now() - begin).toBeLessThan(asOnCalmMachine(WITHIN_MS));
    await waiting.catch(() => undefined);
    await Promise.all(asked);
    await (await system.api.start()).ready();
    for (const id of system.accepted) await system.done(id);
    await expectSettledWorld(system);
  }, 180_000);

  it('stops the agent in order: it exits with 0, and its next start finishes what it had begun', async () => {
    const host = system.host('alpha');
    const launches = await Promise.all(['one', 'two', 'three'].map((name) => system.launch('alpha', name)));
    const begin = performance.now();
    expect(await host.process.kill('SIGTERM')).toBe(0);
    expect(performance.now() - begin).toBeLessThan(asOnCalmMachine(WITHIN_MS));
    await host.start();
    for (const { id } of launches) await system.done(id);
    await expectSettledWorld(system);
  }, 180_000);
});
