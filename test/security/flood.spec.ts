import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command, HelloReply, subjects } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { percentile } from '../support/raw-http.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { PUBLIC, System } from '../support/system/system.js';

const ROUNDS = 7;
const SAMPLES = 9;
/** Each tick of the flood: a few hundred hellos, heartbeats and batches, some of them of the maximum size. */
const TICK_MS = 20;
const AT_A_TICK = 40;
/** How much slower a neighbor is allowed to be, at the median and at its slowest. */
const MOST_RATIO = 2;
/** Below this no client suffers, and the slowest of so few samples is the machine's own noise. */
const NOISE_MS = { middle: 200, slowest: 1500 };

/** A neighbor's measurements in one round: quiet, then flooded. */
interface Round {
  calm: number[];
  flooded: number[];
}

/**
 * How much slower the median round is. A flood that slows down a neighbor does so in every round; other load on the
 * machine only in some.
 */
function slowdown(rounds: readonly Round[], p: 50 | 99, noiseMs: number): number {
  const ratios = rounds.map(({ calm, flooded }) => {
    const slow = percentile(flooded, p);
    return slow < noiseMs ? 1 : slow / percentile(calm, p);
  });
  return percentile(ratios, 50);
}

function tell(rounds: readonly Round[], messages: number): void {
  const of = (kind: keyof Round, p: number) =>
    Math.round(
      percentile(
        rounds.flatMap((round) => round[kind]),
        p,
      ),
    );
  const numbers = [50, 99].map((p) => `p${p} ${of('calm', p)} ms calm, ${of('flooded', p)} ms flooded`);
  process.stderr.write(`flood: ${messages} messages; ${numbers.join('; ')}\n`);
}

describe('an agent that floods the API with hellos, heartbeats and events', () => {
  let system: System;
  let flooder: HandAgent;
  let other: HandAgent;
  let sent = 0;

  beforeAll(async () => {
    system = await System.start();
    [flooder, other] = await Promise.all([HandAgent.join(system, 'flooder'), HandAgent.join(system, 'other')]);
    for (const agent of [flooder, other]) await agent.hello();
  }, 120_000);
  afterAll(async () => {
    await flooder?.close();
    await other?.close();
    await system?.close();
  });

  const greeting = () => ({
    epoch: flooder.epoch,
    agentVersion: 'flood',
    simulated: false,
    at: new Date().toISOString(),
    ...{ revision: 0, digest: null, inventory: '0'.repeat(64), journalHead: 0 },
  });

  /** Until the signal; it waits for no answer, as a flood does not. */
  async function flood(signal: AbortSignal): Promise<void> {
    const { host, epoch, bus } = flooder;
    const at = new Date().toISOString();
    const hello = greeting();
    const large = { epoch, from: 1, events: [{ seq: 1, at, ...engineDown('x'.repeat(100_000)) }] };
    while (!signal.aborted) {
      for (let message = 0; message < AT_A_TICK; message++) {
        bus.publish(subjects.hello(host), hello);
        bus.publish(subjects.events(host), message % 10 === 0 ? large : { epoch, from: 1, events: [{}] });
        flooder.beat();
        sent += 3;
      }
      await pause(TICK_MS);
    }
  }

  /** A command's way: accepted, delivered to its host, settled there, done for the client. */
  async function roundTrip(turn: number): Promise<number> {
    const from = performance.now();
    const [method, intent] = turn % 2 ? ['DELETE', 'absent'] : ['PUT', 'present'];
    const command = await system.change(method, `/v1/nodes/other/networks/${PUBLIC}`);
    await eventually(() => other.held >= command.revision, {
      within: 20_000,
      every: 2,
      what: `the ${intent} item is delivered`,
    });
    const { items, revision } = command;
    const outcome = { kind: 'done' };
    await other.say(...items.map(({ item }) => ({ type: 'item.settled', data: { item, revision, outcome } })));
    const { state } = await system.api.get(`/v1/commands/${command.id}?wait=10s`, Command);
    expect(state).toBe('done');
    return performance.now() - from;
  }

  it('does not slow down the commands of another host, or increase the memory of the API', async () => {
    let turn = 0;
    const sample = async () => {
      const measured: number[] = [];
      for (let count = 0; count < SAMPLES; count++) measured.push(await roundTrip(turn++));
      return measured;
    };
    await sample();
    const before = system.api.process.usage().memoryMb;
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const calm = await sample();
      const stop = new AbortController();
      const flooding = flood(stop.signal);
      try {
        rounds.push({ calm, flooded: await sample() });
      } finally {
        stop.abort();
        await flooding;
      }
    }
    tell(rounds, sent);
    expect(sent).toBeGreaterThan(10_000);
    expect(slowdown(rounds, 50, NOISE_MS.middle)).toBeLessThan(MOST_RATIO);
    expect(slowdown(rounds, 99, NOISE_MS.slowest)).toBeLessThan(MOST_RATIO);
    expect(system.api.process.usage().memoryMb - before).toBeLessThan(200);
  }, 240_000);

  it('is mostly refused: not every hello is answered, and once it stops it is served like any other host', async () => {
    const said = () => system.api.process.output.split('"event":"hello"').length;
    const before = said();
    for (let count = 0; count < 1000; count++) flooder.bus.publish(subjects.hello(flooder.host), greeting());
    await other.hello();
    const welcome = await eventually(
      () => flooder.bus.request(subjects.hello(flooder.host), greeting(), HelloReply, 1000),
      { within: 30_000, what: 'the flooder is welcome again' },
    );
    if (welcome.result !== 'welcome') throw new Error(`the flooder is ${welcome.code}`);
    // Part of its flood can have become its first events.
    flooder.seq = welcome.cursor;
    expect(said() - before).toBeLessThan(400);
    await flooder.say(engineDown('an event like any other'));
    const [row] = await system.sql<{ count: number }>(
      `SELECT count(*)::int FROM events WHERE data->>'cause' = 'an event like any other'`,
    );
    expect(row?.count).toBe(1);
  }, 60_000);
});
