import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import type { ContainerBlueprint } from '../../apps/agent/src/reconciler/step.js';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab, pushedRoute } from './machine/machine-lab.js';

jest.setTimeout(90_000);
const engine = await findLabEngine();

(engine ? describe : describe.skip)('the real machine', () => {
  let lab: MachineLab;
  let network: NetworkId;
  let demo: ContainerBlueprint;
  let engineId: string;

  beforeAll(async () => {
    if (!engine) return;
    lab = await MachineLab.open(engine);
    network = await lab.network();
    demo = lab.blueprint('demo', [network]);
  });

  afterAll(async () => {
    await lab?.close();
  });

  it('mints one identity for a node, and leaves no container behind', async () => {
    const { node, item, image } = demo;
    await lab.do({ node, item, step: 'mint-identity', image });
    const first = await lab.identities.get(node);
    expect(first?.identityPublic).toBe(`${first?.address}:0:${first?.identityPublic.slice(13)}`);
    expect(first?.authToken.reveal()).toMatch(/^[a-z0-9]{24}$/);
    await lab.do({ node, item, step: 'mint-identity', image });
    expect(await lab.identities.get(node)).toBe(first);
    const filters = { label: [`io.orrery.throwaway=${lab.config.host}`] };
    expect(await lab.world.docker.listContainers({ all: true, filters })).toEqual([]);
  });

  it('launches a container that has its address within seconds when it was authorized before', async () => {
    engineId = await lab.launch(demo, [network]);
    const address = await lab.addressOf(demo);
    expect(address).toMatch(/^10\.77\.0\.\d+\/24$/);
    const node = await lab.nodeOf(demo);
    expect(node).toMatchObject({
      daemon: { known: true, value: { address: (await lab.identities.get(demo.node))?.address } },
      memberships: { known: true, value: [{ network, status: 'OK', addresses: [address], allowManagedList: null }] },
      interfaces: { known: true, value: [{ device: interfaceName(network), up: true, addresses: [address] }] },
      peers: { known: true },
    });
    expect(node.interfaces.known && node.interfaces.value[0]?.routes).toEqual([
      { target: '10.77.0.0/24', via: null },
      { target: pushedRoute('10.77.0'), via: '10.77.0.1' },
    ]);
    expect(lab.stages).toEqual(expect.arrayContaining(['identity', 'created', 'started', 'daemon']));
  });

  it('shows the container as ours, under exactly the profile, and no secret anywhere in its inspection', async () => {
    const [container] = await lab.containerOf(demo);
    expect(container).toMatchObject({ ours: true, state: 'running', incarnation: 0, limits: demo.limits, engineId });
    const inspect = await lab.world.docker.getContainer(engineId).inspect();
    expect(inspect.HostConfig).toMatchObject({
      Privileged: false,
      CapAdd: [expect.stringMatching(/^(CAP_)?NET_ADMIN$/)],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      NetworkMode: lab.config.dockerNetwork,
      RestartPolicy: { Name: 'unless-stopped' },
      Memory: 256 * 1024 * 1024,
      MemorySwap: 256 * 1024 * 1024,
      PidsLimit: 128,
      Init: true,
      Binds: null,
      PidMode: '',
    });
    expect(inspect.Mounts).toEqual([]);
    const secrets = await lab.identities.get(demo.node);
    const shown = JSON.stringify(inspect);
    expect(shown).not.toContain(secrets?.authToken.reveal());
    expect(shown).not.toContain(secrets?.identitySecret.reveal().split(':')[3]);
    expect(shown).toContain(demo.item);
  });

  it('joins, configures and leaves a second network on the running node', async () => {
    const second = await lab.network('10.78.0');
    await lab.authorize(second, demo.node);
    const at = { node: demo.node, item: demo.item, nodeKind: 'container' as const, network: second };
    const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
    await lab.do({ ...at, step: 'join-network', settings });
    const membership = async () => {
      const { memberships } = await lab.nodeOf(demo);
      return memberships.known ? memberships.value.find((seen) => seen.network === second) : undefined;
    };
    await eventually(async () => (await membership())?.status === 'OK', { within: 15_000 });
    await lab.do({ ...at, step: 'configure-network', settings: { ...settings, allowGlobal: true } });
    expect(await membership()).toMatchObject({ allowGlobal: true, allowManaged: true });
    await lab.do({ ...at, step: 'leave-network' });
    expect(await membership()).toBeUndefined();
    await lab.do({ ...at, step: 'leave-network' });
    expect((await lab.nodeOf(demo)).memberships).toMatchObject({ known: true, value: [{ network }] });
  });

  it('keeps a list for allowManaged through every change of settings', async () => {
    const third = await lab.network('10.79.0');
    await lab.authorize(third, demo.node);
    const at = { node: demo.node, item: demo.item, nodeKind: 'container' as const, network: third };
    const list = { allowManaged: ['10.79.0.0/24'], allowGlobal: false, allowDefault: false, allowDNS: false };
    await lab.do({ ...at, step: 'join-network', settings: list });
    const seen = async () => {
      const { memberships, interfaces } = await lab.nodeOf(demo);
      const membership = memberships.known ? memberships.value.find((one) => one.network === third) : undefined;
      const device = interfaces.known ? interfaces.value.find((one) => one.device === membership?.device) : undefined;
      return { list: membership?.allowManagedList, routes: device?.routes, addresses: device?.addresses ?? [] };
    };
    await eventually(async () => (await seen()).addresses.length > 0, { within: 15_000, what: 'an address' });
    expect(await seen()).toMatchObject({ list: ['10.79.0.0/24'], routes: [{ target: '10.79.0.0/24', via: null }] });
    await lab.do({ ...at, step: 'configure-network', settings: { ...list, allowDNS: true } });
    expect((await seen()).list).toEqual(['10.79.0.0/24']);
    await lab.do({ ...at, step: 'configure-network', settings: { ...list, allowManaged: true } });
    await eventually(async () => (await seen()).routes?.length === 2, { within: 15_000, what: 'the pushed route' });
    expect((await seen()).list).toBeNull();
    await lab.do({ ...at, step: 'leave-network' });
  });

  it('shows a paused container as unknown, and unpauses it', async () => {
    await lab.world.docker.getContainer(engineId).pause();
    const node = await lab.nodeOf(demo);
    expect(node.daemon).toMatchObject({ known: false, code: 'container-paused' });
    expect(node.interfaces).toMatchObject({ known: false, code: 'container-paused' });
    await lab.do({ node: demo.node, item: demo.item, step: 'unpause-container', engineId });
    await eventually(async () => (await lab.nodeOf(demo)).daemon.known, { within: 30_000 });
  });

  it('sees a daemon that died, and starts it again with its address', async () => {
    const before = await lab.addressOf(demo);
    const container = lab.world.docker.getContainer(engineId);
    await container.stop({ t: 2 });
    const node = await lab.nodeOf(demo);
    expect(node).toMatchObject({
      daemon: { known: false, code: 'container-died' },
      interfaces: { known: true, value: [] },
    });
    expect((await lab.containerOf(demo))[0]).toMatchObject({ state: 'exited', ours: true });
    await lab.do({ node: demo.node, item: demo.item, step: 'start-container', engineId });
    expect(await lab.addressOf(demo)).toBe(before);
  });

  it('makes a container that was removed by hand anew, with the same identity and address', async () => {
    const before = await lab.addressOf(demo);
    await lab.world.docker.getContainer(engineId).remove({ force: true, v: true });
    expect(await lab.containerOf(demo)).toEqual([]);
    const node = await lab.nodeOf(demo);
    expect(node).toMatchObject({
      daemon: { known: false, code: 'container-died' },
      interfaces: { known: true, value: [] },
    });
    engineId = await lab.launch(demo);
    expect(await lab.addressOf(demo)).toBe(before);
  });

  it('removes a container, and says so again when it is gone', async () => {
    const step = { node: demo.node, item: demo.item, step: 'remove-container' as const, engineId, name: demo.name };
    await lab.do(step);
    expect(await lab.containerOf(demo)).toEqual([]);
    await lab.do(step);
  });
});
