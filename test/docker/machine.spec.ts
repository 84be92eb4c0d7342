import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  interfaceName,
  type ContainerItem,
  type Item,
  type MembershipItem,
  type NetworkId,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { ContainerBlueprint } from '@orrery/shared/machine';
import { plan } from '../../apps/agent/src/pure/plan/plan.js';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab, pushedRoute } from './machine/machine-lab.js';

jest.setTimeout(90_000);
const engine = await findLabEngine();

/** One lab for all tests of this file. */
let lab: MachineLab;
beforeAll(async () => {
  if (engine) lab = await MachineLab.open(engine);
});
afterAll(() => lab?.close());

(engine ? describe : describe.skip)('the real machine', () => {
  let network: NetworkId;
  let demo: ContainerBlueprint;
  let engineId: string;

  beforeAll(async () => {
    network = await lab.network();
    demo = lab.blueprint('demo', [network]);
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

  it('launches a container that has its address within seconds if it was authorized beforehand', async () => {
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

  it('recognizes the container as ours, with exactly the profile, and its inspection holds no secret', async () => {
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

  it('reports a paused container as unknown, and unpauses it', async () => {
    await lab.world.docker.getContainer(engineId).pause();
    const node = await lab.nodeOf(demo);
    expect(node.daemon).toMatchObject({ known: false, code: 'container-paused' });
    expect(node.interfaces).toMatchObject({ known: false, code: 'container-paused' });
    await lab.do({ node: demo.node, item: demo.item, step: 'unpause-container', engineId });
    await eventually(async () => (await lab.nodeOf(demo)).daemon.known, { within: 30_000 });
  });

  it('notices a dead daemon, and starts it again with its address', async () => {
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

  it('recreates a container that was removed by hand, with the same identity and address', async () => {
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

  it('removes a container, and succeeds again when it is already gone', async () => {
    const step = { node: demo.node, item: demo.item, step: 'remove-container' as const, engineId, name: demo.name };
    await lab.do(step);
    expect(await lab.containerOf(demo)).toEqual([]);
    await lab.do(step);
  });
});

(engine ? describe : describe.skip)('the plan, carried out on the real machine', () => {
  let network: NetworkId;
  let container: ContainerItem;
  let membership: MembershipItem;

  beforeAll(async () => {
    network = await lab.network('10.87.0');
    const { item: id, node, name, limits } = lab.blueprint('planned');
    const base = { node, revision: 1, intent: 'present' as const };
    container = { ...base, id, kind: 'container', name, image: null, limits, incarnation: 0 };
    const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
    membership = { ...base, id: newId('itm'), kind: 'membership', nodeKind: 'container', network, settings };
  });

  /** Looks, plans and acts until there is nothing left to do; returns the names of the steps taken. */
  async function settle(items: Item[]): Promise<string[]> {
    const taken: string[] = [];
    await eventually(
      async () => {
        const steps = plan(items, await lab.look(), await lab.machine.facts(lab.scope));
        for (const step of steps) {
          taken.push(step.step);
          await lab.do(step);
          if (step.step === 'mint-identity') await lab.authorize(network, container.node);
        }
        return steps.length === 0;
      },
      { within: 30_000, every: 200, what: 'an empty plan' },
    );
    return taken;
  }
  const engineId = async () => (await lab.containerOf({ item: container.id }))[0]?.engineId;
  const address = () => lab.addressOf(container);

  it('launches with three steps, and then has nothing to do', async () => {
    expect(await settle([container, membership])).toEqual(['mint-identity', 'create-container', 'start-container']);
    expect(await address()).toMatch(/^10\.87\.0\./);
    expect(await settle([container, membership])).toEqual([]);
  });

  it('recreates the container when it is restarted or removed by hand, with its address', async () => {
    const before = { id: await engineId(), address: await address() };
    container = { ...container, incarnation: 1, revision: 2 };
    expect(await settle([container, membership])).toEqual(['remove-container', 'create-container', 'start-container']);
    expect(await engineId()).not.toBe(before.id);
    // With the network's configuration from the container before it, it needs no controller for its address.
    const { Config } = await lab.world.docker.getContainer((await engineId()) ?? '').inspect();
    expect(Config.Labels).toHaveProperty(['io.orrery.renewed'], 'true');
    expect(await address()).toBe(before.address);
    await lab.world.docker.getContainer((await engineId()) ?? '').remove({ force: true, v: true });
    expect(await settle([container, membership])).toEqual(['create-container', 'start-container']);
    expect(await address()).toBe(before.address);
  });

  it('leaves a network, rejoins it, and touches no other', async () => {
    const second = await lab.network('10.88.0');
    const away = { ...membership, intent: 'absent' as const, revision: 3 };
    expect(await settle([container, away])).toEqual(['leave-network']);
    const settings = { ...membership.settings, allowManaged: ['10.87.0.0/24'] };
    const back = { ...membership, settings, revision: 4 };
    expect(await settle([container, back])).toEqual(['join-network']);
    expect(await address()).toMatch(/^10\.87\.0\./);
    await lab.do({
      node: container.node,
      item: newId('itm'),
      step: 'join-network',
      nodeKind: 'container',
      network: second,
      settings: membership.settings,
    });
    expect(await settle([container, back])).toEqual([]);
    expect(await settle([])).toEqual([]);
    membership = back;
  });

  it('keeps a list for allowManaged when the container is recreated', async () => {
    container = { ...container, incarnation: 2, revision: 5 };
    await settle([container, membership]);
    await address();
    const { memberships } = await lab.nodeOf(container);
    expect(memberships).toMatchObject({ known: true, value: [{ network, allowManagedList: ['10.87.0.0/24'] }] });
    expect(await settle([container, membership])).toEqual([]);
  });

  it('removes the container and forgets the identity when its intent is absent', async () => {
    const gone = { ...container, intent: 'absent' as const, revision: 6 };
    const left = { ...membership, intent: 'absent' as const, revision: 6 };
    expect(await settle([gone, left])).toEqual(['remove-container', 'forget-identity']);
    expect(lab.identities.has(container.node)).toBe(false);
    expect(await engineId()).toBeUndefined();
  });
});
