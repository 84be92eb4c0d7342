import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isLong, scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, PUBLIC_TOO, System } from '../support/system/system.js';

const { loadMs, firstMs, lastMs } = scaled('F28', {
  loadMs: [25_000, 30 * 60_000],
  firstMs: [1_500, 3_000],
  lastMs: [5_000, 10_000],
});
const SEEDS = isLong ? Array.from({ length: 5 }, (_, index) => index + 1) : [Date.now() % 1_000_000];
/** So that a load of refusals leaves the machine some time. */
const EVERY_MS = 20;
const HOSTS = ['alpha', 'beta', 'gamma'];

/** The generator of Numerical Recipes, so that a failed seed can be run again. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** docs/faults.md, F28. */
describe('a random process killed every few seconds under load', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: HOSTS, ownPostgres: true });
  }, 150_000);
  afterAll(() => system?.close());

  const victims: Record<string, () => Promise<unknown>> = {
    api: async () => {
      await system.api.process.kill();
      await system.api.start();
    },
    nats: async () => {
      await system.nats.kill();
      await system.nats.start();
    },
    postgres: async () => {
      await system.postgres.kill();
      await system.postgres.start();
    },
    ...Object.fromEntries(
      HOSTS.map((name) => [
        name,
        async () => {
          await system.host(name).process.kill();
          await system.host(name).start();
        },
      ]),
    ),
  };

  async function load(draw: () => number, isOver: () => boolean): Promise<{ asked: number; refused: number }> {
    const count = { asked: 0, refused: 0 };
    const one = <T>(list: readonly T[]) => list[Math.floor(draw() * list.length)] as T;
    const ask = (): Promise<unknown> => {
      const host = one(HOSTS);
      const container = `/v1/hosts/${host}/containers/demo-${Math.floor(draw() * 3)}`;
      const network = `/v1/nodes/${host}/networks/${one([PUBLIC, PUBLIC_TOO])}`;
      const what = draw();
      if (what < 0.4) return system.launch(host, container.split('/').at(-1) ?? '');
      if (what < 0.55) return system.change('POST', `${container}/restart`);
      if (what < 0.7) return system.change('DELETE', container);
      return system.change(what < 0.9 ? 'PUT' : 'DELETE', network);
    };
    while (!isOver()) {
      count.asked += 1;
      // A refusal or a cut connection is an answer too: an unacknowledged change may or may not have happened.
      await ask().catch(() => (count.refused += 1));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    return count;
  }

  it.each(SEEDS)(
    'with seed %d: loses nothing, doubles nothing, and all sides agree in the end',
    async (seed) => {
      const draw = random(seed);
      const end = performance.now() + loadMs;
      const isOver = () => performance.now() > end;
      const loads = [load(random(seed + 1), isOver), load(random(seed + 2), isOver)];
      const killed: string[] = [];
      for (let next = performance.now() + firstMs; !isOver(); next += firstMs + draw() * (lastMs - firstMs)) {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
        const name = Object.keys(victims)[Math.floor(draw() * Object.keys(victims).length)] as string;
        await victims[name]?.();
        killed.push(name);
      }
      const counts = await Promise.all(loads);
      process.stderr.write(`F28: seed ${seed}, killed ${killed.join(' ')}, load ${JSON.stringify(counts)}\n`);
      await system.api.ready();
      await expectSettledWorld(system, { within: 120_000 });
      expect(killed.length).toBeGreaterThan(2);
      expect(system.accepted.size).toBeGreaterThan(5);
    },
    loadMs + 240_000,
  );
});
