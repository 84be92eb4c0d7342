import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type NetworkId, type NodeAddress } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { EngineListener } from './system/engine-listener.js';

jest.setTimeout(180_000);
const engine = await findLabEngine();
const WANTED = 2;

(engine ? describe : describe.skip)('identities made ahead, on a real engine', () => {
  let world: DockerSystem;
  let network: NetworkId;
  let listener: EngineListener;
  let free: NodeAddress[];
  const warm = async () => {
    const names = await readdir(join(world.host.home, 'identities', 'warm')).catch(() => []);
    return names.flatMap((name) => /^([0-9a-f]{10})\.json$/.exec(name)?.[1] ?? []);
  };
  const known = async () => {
    const rows = await world.system.sql<{ address: string }>(`SELECT address FROM identities WHERE state = 'free'`);
    return rows.map(({ address }) => address).sort();
  };
  /** As many as are wanted, and the API knows just these. */
  const offered = () =>
    eventually(
      async () => {
        const here = (await warm()).sort();
        return here.length === WANTED && here.join() === (await known()).join() && here;
      },
      { within: 60_000, every: 200, what: 'the identities made ahead, known to the API' },
    );

  beforeAll(async () => {
    if (!engine) return;
    world = await DockerSystem.open(engine, { agent: { ORRERY_WARM_IDENTITIES: String(WANTED) } });
    network = await world.controller.network('10.77.0');
    listener = await EngineListener.open(world.docker, await world.hostId());
  });
  afterAll(async () => {
    listener?.close();
    await world?.close();
  });

  it('are made with the image that is here, and nothing of that stays in the engine', async () => {
    free = await offered();
    await eventually(async () => (await world.ours()).length === 0, { within: 30_000, what: 'an empty engine' });
  });

  it('let a launch do without a throw-away container: the daemon has the identity that was offered', async () => {
    for (const address of free) await world.controller.authorize(network, address);
    const demo = world.name('demo');
    const from = listener.heard.length;
    const { id } = await world.system.launch(HOST, demo, network);
    await world.system.done(id, 60_000);
    const address = await world.addressOf(demo);
    expect(free).toContain(address);
    expect(await world.inside(demo, 'zerotier-cli', 'info')).toContain(` ${address} `);
    expect(await world.kernelAddresses(demo, interfaceName(network))).toEqual([expect.stringMatching(/^10\.77\.0\./)]);
    const made = await eventually(() => listener.heard.indexOf(`create orrery-${demo}`) + 1, { within: 30_000 });
    expect(listener.heard.slice(from, made)).toEqual([`create orrery-${demo}`]);
    const [stage] = (await world.events()).filter(({ data }) => data['stage'] === 'identity');
    expect(stage?.data['detail']).toBe(`address ${address}, made ahead`);
  });

  it('are made up for afterwards, in a throw-away container that the same listener hears of', async () => {
    const now = await offered();
    expect(now).not.toContain(await world.addressOf(world.name('demo')));
    expect(now.filter((address) => free.includes(address))).toHaveLength(WANTED - 1);
    expect(listener.heard.at(-1)).toMatch(/throwaway$/);
  });

  it('stay bound over a restart of the agent, and leave with their container', async () => {
    const demo = world.name('demo');
    const [address, before] = [await world.addressOf(demo), await offered()];
    await world.host.process.kill('SIGKILL');
    await (await world.host.start()).welcomed();
    expect([await world.addressOf(demo), await offered()]).toEqual([address, before]);
    const { id } = await world.system.change('DELETE', `/v1/hosts/${HOST}/containers/${demo}`);
    await world.system.done(id);
    expect([(await world.host.identities()).size, await offered()]).toEqual([0, before]);
  });
});
