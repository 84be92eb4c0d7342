import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NEW_NETWORK, type NetworkConfig, type NetworkId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { Machine, ContainerBlueprint, ControllerApi } from '@orrery/shared/machine';
import { DockerEngine } from '../../apps/agent/src/docker/docker-engine.js';
import type { RunInside } from '../../apps/agent/src/docker/engine-exec.js';
import { KernelView } from '../../apps/agent/src/kernel/kernel-view.js';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab } from './machine/machine-lab.js';

jest.setTimeout(90_000);
const engine = await findLabEngine();
const run = promisify(execFile);
const CONFIG: NetworkConfig = {
  ...NEW_NETWORK,
  pools: [{ start: '10.66.0.10', end: '10.66.0.250' }],
  routes: [{ target: '10.66.0.0/24', via: null }],
  dns: { domain: 'lab.test', servers: ['10.66.0.1'] },
  mtu: 1400,
};

/** One lab for all tests of this file. */
let lab: MachineLab;
beforeAll(async () => {
  if (engine) lab = await MachineLab.open(engine);
});
afterAll(() => lab?.close());

(engine ? describe : describe.skip)('a controller in a container', () => {
  let keeper: ContainerBlueprint;
  let network: NetworkId;
  const controller = (node = keeper.node): Promise<ControllerApi> =>
    lab.machine.controller(node, 'container', AbortSignal.timeout(30_000));

  beforeAll(async () => {
    keeper = lab.blueprint('keeper');
    await lab.launch(keeper);
    await eventually(async () => (await lab.nodeOf(keeper)).daemon.known, { within: 15_000, what: 'its daemon' });
  });

  it('is detected by asking it', async () => {
    const probed = await (await controller()).probe();
    const address = lab.identities.held.get(keeper.node)?.address;
    expect(probed).toEqual({ address, version: expect.stringMatching(/^\d+\.\d+/), networks: [] });
    network = `${address}0000aa`;
  });

  it('creates the requested network, changes nothing when asked again, and creates a second one', async () => {
    for (let time = 0; time < 2; time++) {
      const made = await (await controller()).putNetwork(network, 'lab', CONFIG);
      expect(made).toMatchObject({ id: network, name: 'lab', config: { ...CONFIG, rules: { length: 1 } } });
    }
    const changed = await (await controller()).putNetwork(network, 'lab', { ...CONFIG, dns: null, mtu: 2800 });
    expect(changed.config).toMatchObject({ dns: null, mtu: 2800, pools: CONFIG.pools });
    expect((await (await controller()).probe()).networks).toEqual([network]);
  });

  it('authorizes a node that it has never seen, with the address that the node then gets', async () => {
    const web = lab.blueprint('web', [network]);
    const { node, item, image } = web;
    await lab.do({ node, item, step: 'mint-identity', image });
    const address = lab.identities.held.get(node)?.address ?? '';
    const change = { address, authorized: true, name: 'web', addresses: ['10.66.0.77'] };
    const records = await (await controller()).putRecords(network, [change]);
    expect(records).toEqual([{ ...change, bridge: false, noAutoAssign: false, version: null }]);
    expect(await (await controller()).records(network, null, 10)).toEqual({ records, more: false });
    await lab.launch(web);
    expect(await lab.addressOf(web)).toBe('10.66.0.77/24');
  });

  it('deletes what it is asked to, and succeeds when asked again', async () => {
    const addresses = (await (await controller()).records(network, null, 10)).records.map(({ address }) => address);
    expect(addresses).toHaveLength(1);
    for (let time = 0; time < 2; time++) {
      await (await controller()).deleteRecords(network, addresses);
      // The node itself keeps asking, so a record comes back, of a node that is not authorized.
      const { records } = await (await controller()).records(network, null, 10);
      expect(records.filter(({ authorized }) => authorized)).toEqual([]);
    }
    for (let time = 0; time < 2; time++) await (await controller()).deleteNetwork(network);
    await expect((await controller()).network(network)).rejects.toMatchObject({ code: 'unknown-network' });
  });

  it('cannot be asked when its container does not exist or is not running', async () => {
    await expect(controller(newId('nod'))).rejects.toMatchObject({ code: 'identity-lost' });
    await lab.world.docker.getContainer(await lab.engineIdOf(keeper)).stop({ t: 1 });
    await expect(controller()).rejects.toMatchObject({ code: 'container-died' });
  });
});

// Making a bridge address unreachable needs root and `ip`.
(engine && process.getuid?.() === 0 ? describe : describe.skip)(
  'the real machine, when the bridge address is unreachable',
  () => {
    it('reaches the daemon by exec, and joins and leaves through it', async () => {
      const network = await lab.network();
      const blueprint = lab.blueprint('walled');
      const engineId = await lab.launch(blueprint);
      await lab.authorize(network, blueprint.node);
      const { NetworkSettings } = await lab.world.docker.getContainer(engineId).inspect();
      const ip = NetworkSettings.Networks[lab.config.dockerNetwork]?.IPAddress ?? '';
      const probe = async (machine: Machine) =>
        (await machine.controller(blueprint.node, 'container', AbortSignal.timeout(30_000))).probe();
      expect(await probe(lab.another())).toMatchObject({ networks: [] });
      await run('ip', ['route', 'add', 'unreachable', `${ip}/32`]);
      try {
        const machine = lab.another();
        const noController = { code: 'controller-unreachable', fix: expect.stringContaining(lab.config.dockerNetwork) };
        await expect(probe(machine)).rejects.toMatchObject(noController);
        const about = { node: blueprint.node, item: blueprint.item, nodeKind: 'container' as const, network };
        const settings = { allowManaged: true, allowGlobal: true, allowDefault: false, allowDNS: false };
        await lab.do({ ...about, step: 'join-network', settings }, machine);
        const address = await lab.addressOf(blueprint, machine);
        expect(await lab.nodeOf(blueprint, machine)).toMatchObject({
          daemon: { known: true },
          memberships: { known: true, value: [{ network, status: 'OK', addresses: [address], allowGlobal: true }] },
          peers: { known: true },
        });
        await expect(probe(machine)).rejects.toMatchObject({
          ...noController,
          message: expect.stringContaining('docker exec'),
        });
        await lab.do({ ...about, step: 'leave-network' }, machine);
        expect((await lab.nodeOf(blueprint, machine)).memberships).toEqual({ known: true, value: [] });
      } finally {
        await run('ip', ['route', 'del', 'unreachable', `${ip}/32`]);
      }
    });

    it('sees the same interfaces with nsenter, with ip in the container and in its /proc', async () => {
      const network = await lab.network('10.80.0');
      const blueprint = lab.blueprint('seen', [network]);
      const engineId = await lab.launch(blueprint, [network]);
      await lab.addressOf(blueprint);
      const docker = new DockerEngine(lab.config.dockerSocket);
      const { State } = await lab.world.docker.getContainer(engineId).inspect();
      const commands: string[] = [];
      const look = async (pid: number, withIp: boolean) => {
        const kernel = new KernelView();
        const run: RunInside = async (command) => {
          commands.push(command.join(' '));
          if (!withIp && commands.at(-1)?.includes('ip -json')) return { stdout: '', stderr: '', exitCode: 127 };
          return docker.exec(engineId, command);
        };
        const namespace = { engineId, pid, startedAt: State.StartedAt, run };
        const seen = await kernel.container(namespace, () => undefined);
        // A second answer comes out of the same view, where there is one.
        expect(await kernel.container(namespace, () => undefined)).toEqual(seen);
        kernel.close();
        return seen;
      };
      const entered = await look(State.Pid, true);
      expect(commands).toEqual([]);
      expect(entered).toMatchObject([{ up: true, addresses: [expect.stringMatching(/^10\.80\.0\./)] }]);
      expect(await look(0, true)).toEqual(entered);
      expect(await look(0, false)).toEqual(entered);
      // A PID that belongs to another process is not entered: this very process is not in the container.
      expect(await look(process.pid, true)).toEqual(entered);
    });
  },
);
