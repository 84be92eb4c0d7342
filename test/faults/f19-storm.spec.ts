import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scaled } from '../support/system/scaled.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const { stormMs, samples } = scaled('F19', { stormMs: [4_000, 60_000], samples: [60, 600] });
const BATCH = 500;
/**
 * The goal is a factor of two on an idle machine; on a crowded one the quantiles of so few samples are mostly noise.
 */
const MOST_RATIO = 10;
const NOISE_MS = 1_500;

/** docs/faults.md, F19. (State events coalesced, authorization events never: apps/agent/src/pure/diff/under-pressure.spec.ts.) */
describe('a storm of events from one host', () => {
  let system: System;
  let storm: HandAgent;
  let quiet: HandAgent;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    [storm, quiet] = await Promise.all([HandAgent.join(system, 'storm'), HandAgent.join(system, 'quiet')]);
    for (const agent of [storm, quiet]) await agent.hello();
  }, 120_000);
  afterAll(async () => {
    await storm?.close();
    await quiet?.close();
    await system?.close();
  });

  async function latencies(): Promise<{ p50: number; p99: number }> {
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      const begin = performance.now();
      await quiet.say(engineDown(`sample ${sample}`));
      times.push(performance.now() - begin);
    }
    times.sort((a, b) => a - b);
    const at = (part: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0);
    return { p50: at(0.5), p99: at(0.99) };
  }

  it('is stored completely, and hardly slows down other hosts', async () => {
    const calm = await latencies();
    const end = performance.now() + stormMs;
    const facts = Array.from({ length: BATCH }, (_, index) => engineDown(`storm ${index}`));
    let isMeasured = false;
    const storming = (async () => {
      const begin = performance.now();
      while (performance.now() < end || !isMeasured) await storm.say(...facts);
      return (storm.seq / (performance.now() - begin)) * 1000;
    })();
    const stormy = await latencies();
    isMeasured = true;
    const rate = Math.round(await storming);
    process.stderr.write(
      `F19: ${rate} events/s; others: calm ${JSON.stringify(calm)}, storm ${JSON.stringify(stormy)}\n`,
    );
    expect(stormy.p99).toBeLessThan(Math.max(calm.p99 * MOST_RATIO, NOISE_MS));

    await system.done((await system.launch('alpha', 'demo')).id);
    await expectSettledWorld(system);
    const [row] = await system.sql<{ count: number }>('SELECT count(*)::int FROM events WHERE epoch = $1', [
      storm.epoch,
    ]);
    expect(row?.count).toBe(storm.seq);
    expect(storm.seq).toBeGreaterThan(BATCH * 4);
  }, 240_000);
});
