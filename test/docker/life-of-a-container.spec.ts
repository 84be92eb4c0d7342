import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';

jest.setTimeout(180_000);
const engine = await findLabEngine();

(engine ? describe : describe.skip)('leave, join, restart and rm, on a real engine', () => {
  let world: DockerSystem;
  let network: NetworkId;
  let other: NetworkId;
  let demo: string;
  let kept: string;
  const cli = (...words: string[]) => world.system.cli(...words, '--wait=60s');
  const addressIn = async (one: NetworkId, name = demo) => (await world.kernelAddresses(name, interfaceName(one)))[0];
  const restartAgent = async () => {
    const restartedAt = await world.lastEvent();
    await world.host.process.kill('SIGTERM');
    await world.host.start();
    await world.event('host.started', restartedAt, 60_000);
    await world.event('host.snapshot', restartedAt, 60_000);
  };

  beforeAll(async () => {
    if (!engine) return;
    world = await DockerSystem.open(engine);
    network = await world.controller.network('10.77.0');
    other = await world.controller.network('10.78.0');
    [demo, kept] = [world.name('demo'), world.name('kept')];
    await Promise.all([world.launched(demo, network), world.launched(kept, network)]);
  });
  afterAll(() => world?.close());

  it('joins a second network and leaves it, and the first keeps its address', async () => {
    const first = await addressIn(network);
    await world.controller.authorize(other, await world.addressOf(demo));
    const joined = await cli('join', `${HOST}/${demo}`, other);
    expect([joined.code, joined.out]).toEqual([0, expect.stringContaining(interfaceName(other))]);
    expect(await addressIn(other)).toMatch(/^10\.78\.0\./);
    const refused = await world.system.cli('leave', `${HOST}/${demo}`, other);
    expect(refused.code).toBe(4);
    expect(await addressIn(other)).toMatch(/^10\.78\.0\./);
    const left = await cli('leave', `${HOST}/${demo}`, other, '--yes');
    expect([left.code, left.out]).toEqual([0, expect.stringContaining('left')]);
    await expect(world.kernelAddresses(demo, interfaceName(other))).rejects.toThrow('does not exist');
    expect(await addressIn(network)).toBe(first);
  });

  it('restarts with the same identity and address, and tells of nothing that is not so yet', async () => {
    const before = { ...(await world.container(demo).inspect()), address: await addressIn(network) };
    const node = await world.addressOf(demo);
    const from = await world.lastEvent();
    const { code, out } = await cli('restart', `${HOST}/${demo}`);
    expect([code, out]).toEqual([0, expect.stringContaining(before.address ?? '')]);
    // At the very moment at which it came true, not soon after.
    expect(await addressIn(network)).toBe(before.address);
    const after = await world.container(demo).inspect();
    expect(after.Id).not.toBe(before.Id);
    expect(await world.addressOf(demo)).toBe(node);
    const stages = out.split('\n').flatMap((line) => /^ +✓ (\w+)/.exec(line)?.[1] ?? []);
    // The step that starts it and the look at its networks tell of `daemon` and `joined` in either order.
    const order = ['removed', 'created', 'started', 'address'];
    expect(stages.filter((stage) => order.includes(stage))).toEqual(order);
    expect(stages.indexOf('joined')).toBeGreaterThan(stages.indexOf('started'));
    const facts = (await world.events(from)).map(({ type }) => type);
    expect(facts.indexOf('container.removed')).toBeLessThan(facts.indexOf('container.created'));
    expect(facts.lastIndexOf('address.assigned')).toBeLessThan(facts.indexOf('command.done'));
    expect(facts.filter((type) => type === 'container.started')).toHaveLength(1);
  });

  it('is as it was after the agent is started again: what was left stays left, and nothing is restarted', async () => {
    const before = await world.container(demo).inspect();
    await restartAgent();
    await world.host.welcomed();
    const after = await world.container(demo).inspect();
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    await expect(world.kernelAddresses(demo, interfaceName(other))).rejects.toThrow('does not exist');
    const { out } = await world.system.cli('membership', 'ls');
    expect(out).not.toContain(other);
    expect(out).toContain(network);
  });

  it('leaves the only network, and a restarted container does not come back into it', async () => {
    expect((await cli('leave', `${HOST}/${demo}`, network, '--yes')).code).toBe(0);
    expect((await cli('restart', `${HOST}/${demo}`)).code).toBe(0);
    await expect(world.kernelAddresses(demo, interfaceName(network))).rejects.toThrow('does not exist');
    const rejoined = await cli('join', `${HOST}/${demo}`, network);
    expect([rejoined.code, await addressIn(network)]).toEqual([0, expect.stringMatching(/^10\.77\.0\./)]);
  });

  it('is removed with its identity, and stays so; its neighbour lives on', async () => {
    const neighbour = await world.container(kept).inspect();
    const node = (await world.container(demo).inspect()).Config.Labels['io.orrery.node'] ?? '';
    expect((await world.host.identities()).has(node)).toBe(true);
    expect((await world.system.cli('rm', `${HOST}/${demo}`)).code).toBe(4);
    expect((await world.container(demo).inspect()).State.Running).toBe(true);
    const { code, out } = await cli('rm', `${HOST}/${demo}`, '--yes');
    expect([code, out]).toEqual([0, expect.stringContaining('removed')]);
    const isGone = async () => {
      await expect(world.container(demo).inspect()).rejects.toMatchObject({ statusCode: 404 });
      expect((await world.host.identities()).has(node)).toBe(false);
      expect((await world.system.cli('container', 'get', `${HOST}/${demo}`)).code).toBe(2);
    };
    await isGone();
    await restartAgent();
    await isGone();
    const now = await world.container(kept).inspect();
    expect([now.Id, now.State.StartedAt]).toEqual([neighbour.Id, neighbour.State.StartedAt]);
    await eventually(async () => (await world.ours()).length === 1, { within: 30_000, what: 'one container' });
  });
});
