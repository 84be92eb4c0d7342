import { beforeAll, describe, expect, it } from '@jest/globals';
import { AgentProcess, agentHome } from '../support/agent/agent-process.js';
import { identities, simulated } from '../support/agent/agent-state.js';
import { FakeApi } from '../support/agent/fake-api.js';
import { launch } from '../support/agent/items.js';
import { eventually } from '../support/servers.js';
import { buildOnce } from '../support/system/build.js';

const POINTS = [
  ...['pull-image', 'mint-identity', 'create-container', 'start-container'].flatMap((step) => [
    `step.before:${step}`,
    `step.after:${step}`,
  ]),
  ...['desired.before-write', 'desired.after-write'],
  ...['journal.before-write', 'journal.after-write'],
  ...['uplink.before-send', 'uplink.after-reply'],
];

const AT_ONCE = 3;

async function killedAt(point: string) {
  const api = await FakeApi.start();
  try {
    const home = await agentHome(api);
    const { items, container } = launch();
    api.desired = api.sign(items);
    const victim = await AgentProcess.start(home, { ORRERY_CRASH_AT: point });
    await eventually(() => victim.exited, { within: 30_000, what: `the death at ${point}` });
    const agent = await AgentProcess.start(home);
    const done = () => api.ofType('item.settled').filter(({ data }) => data.outcome.kind === 'done');
    await eventually(() => done().length >= 2, { within: 30_000, what: `both items done after a death at ${point}` });
    const exitCode = await agent.kill('SIGTERM');
    const { containers } = await simulated(home);
    return { api, container, containers, made: await identities(home), died: victim.child.signalCode, exitCode };
  } finally {
    await api.close();
  }
}

/**
 * docs/faults.md, F7, with the simulated machine: whatever the moment, one container and one identity, and each event
 * once.
 */
describe('an agent that is killed in the middle of a launch', () => {
  const lives = new Map<string, Awaited<ReturnType<typeof killedAt>>>();
  beforeAll(async () => {
    await buildOnce();
    const points = [...POINTS];
    const worker = async () => {
      for (let point = points.shift(); point; point = points.shift()) lives.set(point, await killedAt(point));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }, 240_000);

  it.each(POINTS)('at %s has one container and one identity, and reported each event once', (point) => {
    const life = lives.get(point);
    if (!life) throw new Error('it was not tried');
    const { api, container, containers, made, died, exitCode } = life;
    expect([died, exitCode]).toEqual(['SIGKILL', 0]);
    expect(made.map(({ node }) => node)).toEqual([container.node]);
    expect(containers).toMatchObject([{ item: container.id, name: 'demo', state: 'running' }]);
    expect(containers[0]?.daemon.identityPublic.slice(0, 10)).toBe(made[0]?.address);
    for (const type of ['container.created', 'container.started', 'node.up', 'network.joined'] as const)
      expect([type, api.ofType(type).length]).toEqual([type, 1]);
    for (const { epoch } of api.epochs) {
      const seqs = api.events.filter((event) => event.epoch === epoch).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
  });
});
