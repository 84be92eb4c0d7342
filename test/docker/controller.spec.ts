import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NEW_NETWORK, type NetworkConfig, type NetworkId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { ContainerBlueprint } from '../../apps/agent/src/reconciler/step.js';
import type { ControllerApi } from '../../apps/agent/src/zerotier/controller-api.js';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab } from './machine/machine-lab.js';

jest.setTimeout(90_000);
const engine = await findLabEngine();
const CONFIG: NetworkConfig = {
  ...NEW_NETWORK,
  pools: [{ start: '10.66.0.10', end: '10.66.0.250' }],
  routes: [{ target: '10.66.0.0/24', via: null }],
  dns: { domain: 'lab.test', servers: ['10.66.0.1'] },
  mtu: 1400,
};

(engine ? describe : describe.skip)('a controller in a container', () => {
  let lab: MachineLab;
  let keeper: ContainerBlueprint;
  let network: NetworkId;
  const controller = (node = keeper.node): Promise<ControllerApi> =>
    lab.machine.controller(node, 'container', AbortSignal.timeout(30_000));

  beforeAll(async () => {
    if (!engine) return;
    lab = await MachineLab.open(engine);
    keeper = lab.blueprint('keeper');
    await lab.launch(keeper);
    await eventually(async () => (await lab.nodeOf(keeper)).daemon.known, { within: 15_000, what: 'its daemon' });
  });
  afterAll(() => lab?.close());

  it('is found by asking it', async () => {
    const probed = await (await controller()).probe();
    const address = lab.identities.held.get(keeper.node)?.address;
    expect(probed).toEqual({ address, version: expect.stringMatching(/^\d+\.\d+/), networks: [] });
    network = `${address}0000aa`;
  });

  it('makes the network that it is told to, the same again, and another one of it', async () => {
    for (let time = 0; time < 2; time++) {
      const made = await (await controller()).putNetwork(network, 'lab', CONFIG);
      expect(made).toMatchObject({ id: network, name: 'lab', config: { ...CONFIG, rules: { length: 1 } } });
    }
    const changed = await (await controller()).putNetwork(network, 'lab', { ...CONFIG, dns: null, mtu: 2800 });
    expect(changed.config).toMatchObject({ dns: null, mtu: 2800, pools: CONFIG.pools });
    expect((await (await controller()).probe()).networks).toEqual([network]);
  });

  it('lets in a node that it never saw, with the address that the node then has', async () => {
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

  it('deletes what it is told to, and again without an error', async () => {
    const addresses = (await (await controller()).records(network, null, 10)).records.map(({ address }) => address);
    expect(addresses).toHaveLength(1);
    for (let time = 0; time < 2; time++) {
      await (await controller()).deleteRecords(network, addresses);
      // The node itself goes on asking: what comes back is a record of one that was not let in.
      const { records } = await (await controller()).records(network, null, 10);
      expect(records.filter(({ authorized }) => authorized)).toEqual([]);
    }
    for (let time = 0; time < 2; time++) await (await controller()).deleteNetwork(network);
    await expect((await controller()).network(network)).rejects.toMatchObject({ code: 'unknown-network' });
  });

  it('cannot be asked where there is no container, or one that does not run', async () => {
    await expect(controller(newId('nod'))).rejects.toMatchObject({ code: 'identity-lost' });
    await lab.world.docker.getContainer(await lab.engineIdOf(keeper)).stop({ t: 1 });
    await expect(controller()).rejects.toMatchObject({ code: 'container-died' });
  });
});
