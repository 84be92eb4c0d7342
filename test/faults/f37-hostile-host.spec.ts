import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FindingPage, subjects } from '@orrery/shared/contracts';
import {
  credentialsOf,
  HostileHost,
  inboxOf,
  stolenFrom,
  type Attack,
  type HostCredentials,
} from '../support/hostile/hostile-host.js';
import { percentile } from '../support/raw-http.js';
import { eventually } from '../support/servers.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { System } from '../support/system/system.js';

const ROUNDS = 3;
const ROUND_MS = 2_500;
/** docs/threats.md: how much one host can add to the memory of the broker, in MiB. */
const MOST_MEMORY = 64;
/** How much slower another host is allowed to be, at its slowest. */
const MOST_RATIO = 2;
/**
 * Below this no client suffers, and the slowest of so few samples is the noise of the machine: on an idle one it is 20
 * ms.
 */
const NOISE_MS = 250;

interface Harm {
  /** The largest growth of the broker, in MiB. */
  memory: number;
  calm: number[];
  attacked: number[];
  /** The median of all rounds, because a harmful attack harms in each. */
  ratio: number;
}

/** docs/faults.md, F37, the part about the broker: root on one host has its key and speaks NATS by hand. */
describe('a host that turns against the others', () => {
  let system: System;
  let other: HandAgent;
  const open: HandAgent[] = [];
  let count = 0;

  beforeAll(async () => {
    system = await System.start({ hosts: ['honest'] });
    other = await join('other');
  }, 150_000);
  afterAll(async () => {
    await Promise.all(open.map((agent) => agent.close()));
    await system?.close();
  });

  async function join(name = `evil-${++count}`): Promise<HandAgent> {
    const agent = await HandAgent.join(system, name);
    open.push(agent);
    await agent.hello();
    return agent;
  }

  /** Round trips of the other host: a report, committed. */
  async function trips(ms: number): Promise<number[]> {
    const measured: number[] = [];
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const from = performance.now();
      await other.say(engineDown('x'));
      measured.push(performance.now() - from);
    }
    return measured;
  }

  const lost = () => system.api.output.split('"event":"bus.disconnected"').length - 1;
  const findings = async (name: string) => {
    const { items } = await system.api.get(`/v1/findings?host=${name}`, FindingPage);
    return items.map(({ code }) => code);
  };
  const request = (agent: HostCredentials, rest?: string) => ({
    subject: subjects.events(agent.host),
    reply: inboxOf(agent, rest),
    body: '{}',
    ...{ atOnce: 20, everyMs: 5, most: 100_000 },
  });
  /** The shape of the attack as first seen, and its variants. */
  const unread = (agent: HostCredentials, more: Partial<Attack> = {}): Attack => ({
    ...{ connections: 60, againMs: 250, startsAt: 1, reads: false },
    subscriptions: Array.from({ length: 4 }, () => inboxOf(agent, '>')),
    requests: [request(agent)],
    ...more,
  });

  async function harm(make: (agent: HostCredentials) => Attack): Promise<Harm> {
    await trips(500);
    const before = system.nats.memoryMb();
    let largest = before;
    const watch = setInterval(() => (largest = Math.max(largest, system.nats.memoryMb())), 20);
    const all: Pick<Harm, 'calm' | 'attacked'> = { calm: [], attacked: [] };
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const evil = credentialsOf(await join());
      const calm = await trips(ROUND_MS);
      const attack = await HostileHost.start(evil, make(evil));
      await attack.until(({ connected }) => connected > 0);
      const attacked = await trips(ROUND_MS);
      await attack.stop();
      all.calm.push(...calm);
      all.attacked.push(...attacked);
      const slowest = percentile(attacked, 99);
      ratios.push(slowest < NOISE_MS ? 1 : slowest / percentile(calm, 99));
    }
    clearInterval(watch);
    return { memory: largest - before, ...all, ratio: percentile(ratios, 50) };
  }

  function told(name: string, { memory, calm, attacked }: Harm): void {
    const of = (list: number[]) => [50, 99].map((p) => percentile(list, p).toFixed(1)).join(' / ');
    process.stderr.write(
      `${name}: broker + ${memory.toFixed(0)} MiB; p50 / p99 ${of(calm)} ms calm, ${of(attacked)} ms attacked\n`,
    );
  }

  it.each<[string, (agent: HostCredentials) => Attack]>([
    ['60 connections that never read', (agent) => unread(agent)],
    [
      '64 subscriptions on each of them',
      (agent) => unread(agent, { subscriptions: Array.from({ length: 64 }, () => inboxOf(agent, '>')) }),
    ],
    [
      'queue groups of their own',
      (agent) => unread(agent, { subscriptions: [1, 2, 3, 4].map((group) => `${inboxOf(agent, '>')} group-${group}`) }),
    ],
    ['reply subjects of 3,800 letters', (agent) => unread(agent, { requests: [request(agent, 'y'.repeat(3_800))] })],
    ['connections that open again at once', (agent) => unread(agent, { againMs: 20, reads: true })],
  ])(
    'gains nothing by %s',
    async (name, make) => {
      const before = lost();
      const result = await harm(make);
      told(name, result);
      expect(result.memory).toBeLessThan(MOST_MEMORY);
      expect(result.ratio).toBeLessThan(MOST_RATIO);
      expect(lost()).toBe(before);
    },
    120_000,
  );

  it('is named by a finding, and keeps its three newest connections', async () => {
    const evil = credentialsOf(await join('named'));
    const attack = await HostileHost.start(evil, unread(evil, { requests: [], againMs: 600_000 }));
    await attack.until(({ connected, open }) => connected >= 60 && open <= 3);
    await eventually(async () => (await findings('named')).includes('connections-excess'), { what: 'the finding' });
    expect((await attack.stop()).open).toBeGreaterThan(0);
    expect(await findings('honest')).toEqual([]);
  }, 60_000);

  it('can lose its link silently again and again: its newest connection lives, and it gets no finding', async () => {
    const flapping = await join('flapping');
    const stolen = credentialsOf(flapping);
    // This is what a cut link leaves behind: the server still holds it, and nobody reads there.
    const dead: HostileHost[] = [];
    for (let cut = 0; cut < 8; cut++) {
      dead.push(await HostileHost.start(stolen, unread(stolen, { connections: 1, requests: [], againMs: 600_000 })));
      await dead.at(-1)?.until(({ connected }) => connected === 1);
    }
    const newest = await flapping.again();
    open.push(newest);
    await expect(newest.hello()).resolves.toMatchObject({ result: 'welcome' });
    expect(await newest.say(engineDown('still here'))).toMatchObject({ result: 'stored' });
    expect(await findings('flapping')).not.toContain('connections-excess');
    await Promise.all(dead.map((one) => one.stop()));
  }, 60_000);

  it('is found again by an API that was down when the attack began', async () => {
    const evil = credentialsOf(await join('early'));
    await system.api.process.kill();
    const attack = await HostileHost.start(evil, unread(evil, { requests: [], reads: true }));
    await attack.until(({ open }) => open >= 50);
    await (await system.api.start()).ready();
    // Connections that come back are closed again, until the host is cut off.
    await attack.until(({ open }) => open <= 8);
    await eventually(async () => (await findings('early')).includes('connections-excess'), { within: 30_000 });
    await attack.stop();
    await system.presence('honest', 'online');
  }, 120_000);

  it('is cut off when it floods the API, and its own agent is accepted again automatically once that is over', async () => {
    const stolen = await stolenFrom(system.host('honest'));
    const attack = await HostileHost.start(stolen, {
      ...{ connections: 3, againMs: 20, subscriptions: [], floods: true },
      requests: [{ subject: subjects.beat(stolen.host), body: '{}', atOnce: 1, everyMs: 1, most: 1 }],
    });
    await attack.until(({ refused }) => Object.keys(refused).length > 0, 90_000);
    await attack.stop();
    await eventually(async () => (await trips(1_000)).length > 5, { within: 90_000, what: 'others are served' });
    // Changes requested meanwhile wait for it. Its agent asks again when it is told to (`standing.ts`): after half a
    // minute, plus jitter.
    await system.done((await system.launch('honest', 'after')).id, 150_000);
    await system.presence('honest', 'online');
  }, 400_000);
});
