import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AdmissionPage, Network, interfaceName, type NetworkId, type NodeAddress } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import type { LabNode } from '../support/zerotier/lab-world.js';
import { holdControllerName } from './system/controller-name.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { EngineListener } from './system/engine-listener.js';
import { recordAt, type KeptRecord } from './system/launched-controller.js';

jest.setTimeout(300_000);
const engine = await findLabEngine();
/** The number of pre-generated identities. */
const WANTED = 3;
const CONTROLLER = 'controller';
/** Only distinguishes a hang from an answer. */
const PATIENCE = { within: 60_000, every: 200 };

/** One system for all tests of this file. */
let world: DockerSystem;
let listener: EngineListener;
let release: (() => Promise<void>) | undefined;
const known = async () =>
  (await world.system.sql<{ address: string }>(`SELECT address FROM identities WHERE state = 'free'`)).map(
    ({ address }) => address,
  );
beforeAll(async () => {
  if (!engine) return;
  release = await holdControllerName();
  world = await DockerSystem.open(engine, { agent: { ORRERY_WARM_IDENTITIES: String(WANTED) } });
  listener = await EngineListener.open(world.docker, await world.hostId());
});
afterAll(async () => {
  listener?.close();
  try {
    await world?.close();
  } finally {
    await release?.();
  }
});

(engine ? describe : describe.skip)('pre-generated identities, on a real engine', () => {
  let network: NetworkId;
  let free: NodeAddress[];
  const warm = async () => {
    const names = await readdir(join(world.host.home, 'identities', 'warm')).catch(() => []);
    return names.flatMap((name) => /^([0-9a-f]{10})\.json$/.exec(name)?.[1] ?? []);
  };
  /** Resolves when there are as many as desired, and the API knows exactly these. */
  const offered = () =>
    eventually(
      async () => {
        const here = (await warm()).sort();
        return here.length === WANTED && here.join() === (await known()).sort().join() && here;
      },
      { within: 60_000, every: 200, what: 'the pre-generated identities, known to the API' },
    );

  beforeAll(async () => {
    network = await world.controller.network('10.77.0');
  });

  it('are generated with the local image, and leave nothing behind in the engine', async () => {
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
    expect(stage?.data['detail']).toBe(`address ${address}, pre-generated`);
  });

  it('are replenished afterwards, in a throw-away container that the same listener sees', async () => {
    const now = await offered();
    expect(now).not.toContain(await world.addressOf(world.name('demo')));
    expect(now.filter((address) => free.includes(address))).toHaveLength(WANTED - 1);
    expect(listener.heard.at(-1)).toMatch(/throwaway$/);
  });

  it('stay bound when the agent restarts, and are removed with their container', async () => {
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

(engine ? describe : describe.skip)('a managed network, on a real engine', () => {
  let network: NetworkId;
  let device: string;
  let pool: string;
  let stranger: LabNode;
  const cli = (...words: string[]) => world.system.cli(...words);
  const launch = async (name: string) => {
    const { code, out } = await cli('launch', name, '--network', 'lab', '--wait=90s');
    expect([code, out]).toEqual([0, expect.stringContaining(`${name} on ${HOST}`)]);
    return out;
  };
  const addressIn = async (name: string) => (await world.kernelAddresses(name, device))[0] ?? '';
  /** What the controller itself says about a node, not what Orrery has stored. */
  const record = (address: string) => recordAt(world, CONTROLLER, network, address);
  const pings = (from: string, to: string) =>
    eventually(() => world.inside(from, 'ping', '-c', '1', '-W', '1', to.replace(/\/.*/, '')).then(() => true), {
      ...PATIENCE,
      what: `${from} reaches ${to}`,
    });

  it('is created by one command on a fleet without a controller, which launches one first', async () => {
    const { code, out } = await cli('network', 'create', 'lab');
    expect([code, out]).toEqual([0, expect.stringContaining(`No controller yet: launching one on ${HOST}`)]);
    const line = new RegExp(
      `^lab {2}([0-9a-f]{16}) {2}private, admits this fleet {3}pool (10\\.\\d+\\.\\d+\\.)0/24 ` +
        `\\(overlaps no route of 1 host\\) {3}controller ${HOST}$`,
      'm',
    );
    const [, id = '', base = ''] = line.exec(out) ?? [];
    expect(out).toMatch(line);
    [network, pool, device] = [id, base, interfaceName(id)];
    expect(network.slice(0, 10)).toBe(await world.addressOf(CONTROLLER));
  });

  it('has a launched node authorized before it starts, with a pre-generated identity and no throw-away container', async () => {
    const ahead = await eventually(async () => ((await known()).length === WANTED ? known() : false), PATIENCE);
    const [name, from] = [world.name('hello'), listener.heard.length];
    const out = await launch(name);
    const stages = [...out.matchAll(/^ {2}✓ (\w+)/gm)].map(([, stage]) => stage);
    const address = await world.addressOf(name);
    expect(out).toMatch(new RegExp(`^ {2}✓ authorized +${address} \\(admission: fleet\\) +[\\d.]+ s$`, 'm'));
    expect(stages.indexOf('authorized')).toBeLessThan(stages.indexOf('started'));
    expect(out).toMatch(new RegExp(`^ {2}✓ interface +${device} +[\\d.]+ s$`, 'm'));
    const given = await addressIn(name);
    expect(given).toMatch(new RegExp(`^${pool}\\d+/24$`.replaceAll('.', '\\.')));
    expect(out).toMatch(new RegExp(`^ {2}✓ address +${given} +[\\d.]+ s$`, 'm'));
    expect(ahead).toContain(address);
    const made = await eventually(() => listener.heard.indexOf(`create orrery-${name}`) + 1, PATIENCE);
    expect(listener.heard.slice(from, made)).toEqual([`create orrery-${name}`]);
  });

  it('connects the nodes that were launched into it', async () => {
    const [hello, other] = [world.name('hello'), world.name('other')];
    await launch(other);
    const [one, two] = [await addressIn(hello), await addressIn(other)];
    expect(one).not.toBe(two);
    await pings(hello, two);
    await pings(other, one);
  });

  it('is restored with all its nodes when its controller lost it, and still authorizes new ones', async () => {
    const names = [world.name('hello'), world.name('other')];
    const nodes = await Promise.all(names.map((name) => world.addressOf(name)));
    const looks = () => Promise.all(nodes.map(record));
    const [own, addresses] = [await world.addressOf(CONTROLLER), await Promise.all(names.map(addressIn))];
    const before = await looks();
    expect(before.map(({ authorized, ipAssignments }) => [authorized, ipAssignments])).toEqual(
      addresses.map((address) => [true, [address.replace(/\/.*/, '')]]),
    );
    // Orrery knows an address once it has read the controller after the address was assigned. It cannot restore one
    // that it has not seen.
    const isKept = async () => {
      const { items } = await world.system.api.get('/v1/admissions?network=lab', AdmissionPage);
      const kept = new Set(items.flatMap(({ controller }) => controller?.addresses ?? []));
      return before.flatMap(({ ipAssignments }) => ipAssignments).every((address) => kept.has(address));
    };
    await eventually(isKept, { ...PATIENCE, what: 'the addresses, known to Orrery' });
    const { Id } = await world.container(CONTROLLER).inspect();
    await world.container(CONTROLLER).remove({ force: true, v: true });
    const back = async () => {
      const now = await looks().catch((): KeptRecord[] => []);
      return JSON.stringify(now) === JSON.stringify(before);
    };
    await eventually(back, { ...PATIENCE, within: 90_000, what: 'the network and its records at the controller' });
    expect((await world.container(CONTROLLER).inspect()).Id).not.toBe(Id);
    expect(world.system.api.process.said('network.lost')).toBe(true);
    expect(await world.addressOf(CONTROLLER)).toBe(own);
    const late = world.name('late');
    await launch(late);
    expect(addresses).not.toContain(await addressIn(late));
    await pings(late, addresses[0] ?? '');
    expect(await Promise.all(names.map(addressIn))).toEqual(addresses);
  });

  it('keeps a stranger waiting until somebody authorizes it', async () => {
    stranger = await world.world.startMember('stranger', { networks: [network] });
    const { address } = stranger.identity;
    const waiting = async () => (await cli('membership', 'ls', '--pending')).stdout.includes(address);
    await eventually(waiting, { ...PATIENCE, every: 1000, what: 'the stranger, shown as pending' });
    expect((await cli('membership', 'ls', '--pending')).stdout).not.toContain(
      await world.addressOf(world.name('hello')),
    );
    expect((await record(address)).authorized).toBe(false);
    expect((await cli('membership', 'authorize', address, 'lab')).code).toBe(0);
    expect((await record(address)).authorized).toBe(true);
    const interfaceOf = async () => (await stranger.exec('ip', '-4', 'addr', 'show', 'dev', device)).includes(pool);
    await eventually(interfaceOf, { ...PATIENCE, what: 'an address of the stranger' });
    expect((await cli('membership', 'ls', '--pending')).stdout).not.toContain(address);
  });

  it('deauthorizes that node, and no other, when it is denied', async () => {
    const { address } = stranger.identity;
    expect((await cli('membership', 'deny', address, 'lab', '--yes')).code).toBe(0);
    expect((await record(address)).authorized).toBe(false);
    const { items } = await world.system.api.get('/v1/admissions?network=lab', AdmissionPage);
    const isIn = new Map(items.map((one) => [one.address, one.controller?.authorized]));
    expect(isIn.get(address as never)).toBe(false);
    expect(isIn.get((await world.addressOf(world.name('hello'))) as never)).toBe(true);
    const told = (await world.events()).filter(({ type }) => type === 'admission.deauthorized');
    expect(told.map(({ data }) => data['address'])).toEqual([address]);
    expect((await world.system.api.get('/v1/networks/lab', Network)).sync).toMatchObject({ state: 'applied' });
  });
});
