import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { isLong } from '../support/system/scaled.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';

jest.setTimeout(300_000);
const engine = await findLabEngine();

/**
 * Intent, identity, create, upload, start: what a launch is made of on a real machine. The long form adds the moments between them,
 * at which a machine is as at one of these. Points of the journal and the uplink are the same on a simulated one: test/agent.
 */
const LAUNCH = [
  ...['desired.after-write', 'launch.identity', 'launch.create', 'launch.upload', 'launch.start'],
  ...(isLong ? ['step.before:mint-identity', 'step.before:create-container'] : []),
  ...(isLong ? ['step.before:start-container', 'step.after:start-container'] : []),
];

/** Ten seconds on a calm machine, the start of the agent and the minting included. */
const SOON_MS = 20_000;

/** FAULTS F7 and F8. */
(engine ? describe : describe.skip)('an agent that is killed -9 in the middle of something, on a real engine', () => {
  let world: DockerSystem;
  let network: NetworkId;
  let second: NetworkId;
  let bystander: string;
  let startedAt: string;
  const containersNamed = async (name: string) =>
    (await world.ours()).filter(({ Names }) => Names.includes(`/orrery-${name}`));
  /** Kills the agent at a point, in the course of a change; resolves with the time from its next start until that came true. */
  const killedAt = async (point: string, change: () => Promise<{ id: string }>) => {
    await world.host.process.kill('SIGTERM');
    await world.host.start({ ORRERY_CRASH_AT: point });
    const { id } = await change();
    await eventually(() => world.host.process.exited, { within: 60_000, what: `the death at ${point}` });
    expect(world.host.process.child.signalCode).toBe('SIGKILL');
    const begun = performance.now();
    await world.host.start();
    await world.system.done(id, 60_000);
    return performance.now() - begun;
  };
  const bystanderLives = async () =>
    expect((await world.container(bystander).inspect()).State.StartedAt).toBe(startedAt);

  beforeAll(async () => {
    if (!engine) return;
    world = await DockerSystem.open(engine);
    // Public: nobody has to authorize, so that nothing but the agent is waited for.
    network = await world.controller.network('10.77.0', { private: false });
    second = await world.controller.network('10.78.0', { private: false });
    bystander = world.name('bystander');
    await world.launched(bystander, network, () => Promise.resolve());
    startedAt = (await world.container(bystander).inspect()).State.StartedAt;
  });
  afterAll(() => world?.close());

  it.each(LAUNCH)('at %s has one container and one identity soon after', async (point) => {
    const name = world.name(point.replaceAll(/[^a-z]+/g, '-').slice(0, 40));
    const identities = (await world.host.identities()).size;
    const launched = () => world.system.launch(HOST, name, network);
    const ms = await killedAt(point, launched);
    expect(ms).toBeLessThan(SOON_MS);
    const [container, ...more] = await containersNamed(name);
    expect([container?.State, more]).toEqual(['running', []]);
    expect((await world.host.identities()).size).toBe(identities + 1);
    expect(await world.addressOf(name)).toMatch(/^[0-9a-f]{10}$/);
    const made = (await world.events()).filter(
      ({ type, data }) => type === 'container.started' && data['name'] === name,
    );
    expect(made).toHaveLength(1);
    await bystanderLives();
    const { id } = await world.system.change('DELETE', `/v1/hosts/${HOST}/containers/${name}`);
    await world.system.done(id);
    expect((await world.host.identities()).size).toBe(identities);
  });

  it('at launch.joined is in the network once, and its container was not restarted', async () => {
    const { Config } = await world.container(bystander).inspect();
    const path = `/v1/nodes/${Config.Labels['io.orrery.node']}/networks/${second}`;
    const ms = await killedAt('launch.joined', () => world.system.change('PUT', path, {}));
    expect(ms).toBeLessThan(SOON_MS);
    const joins = (await world.events()).filter(
      ({ type, data }) => type === 'network.joined' && data['network'] === second,
    );
    expect(joins).toHaveLength(1);
    await bystanderLives();
  });

  it('leaves nothing behind of what it minted, and no container that nobody wants', async () => {
    const left = async () => (await world.ours()).map(({ Names }) => Names[0]);
    await eventually(async () => (await left()).length === 1, { within: 30_000, what: 'one container' });
    expect(await left()).toEqual([`/orrery-${bystander}`]);
  });

  it('restarted over several running containers restarts none of them', async () => {
    const names = ['a', 'b', 'c'].map((letter) => world.name(letter));
    await Promise.all(names.map((name) => world.launched(name, network, () => Promise.resolve())));
    const all = [bystander, ...names];
    const starts = () => Promise.all(all.map(async (name) => (await world.container(name).inspect()).State.StartedAt));
    const before = await starts();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const seen = await world.lastEvent();
      await world.host.process.kill(signal);
      await world.host.start();
      await world.event('host.snapshot', seen, 30_000);
      await world.host.welcomed();
    }
    expect(await starts()).toEqual(before);
  });
});
