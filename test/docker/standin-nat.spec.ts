import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type Docker from 'dockerode';
import { eventually } from '../support/eventually.js';
import { findLabEngine, STANDIN_IMAGE } from '../support/zerotier/lab-engine.js';
import { LabWorld, type LabNode } from '../support/zerotier/lab-world.js';

jest.setTimeout(120_000);

// Only the stand-in's image contains the tools for the translator, and only the stand-in's moon is text.
const engine = await findLabEngine();
const lab = engine?.image === STANDIN_IMAGE ? engine : undefined;

interface PeerJson {
  readonly role: string;
  readonly paths: readonly { active: boolean; address: string }[];
}

(lab ? describe : describe.skip)('members on both sides of an address translation', () => {
  const farNetwork = `orrery-test-far-${randomBytes(3).toString('hex')}`;
  let near: LabWorld;
  let far: LabWorld;
  let translator: Docker.Container;
  let network: string;
  let one: LabNode;
  let neighbour: LabNode;
  let behind: LabNode;

  /**
   * Forwards everything that arrives at its port to the root from a port of the translator's own, and back: as NAT does
   * to UDP.
   */
  async function startTranslator(docker: Docker, image: string, rootIp: string): Promise<Docker.Container> {
    const container = await docker.createContainer({
      Image: image,
      Entrypoint: ['socat', 'UDP4-LISTEN:9993,fork,reuseaddr', `UDP4:${rootIp}:9993`],
      HostConfig: { NetworkMode: near.network, Init: true },
    });
    await docker.getNetwork(farNetwork).connect({ Container: container.id });
    await container.start();
    return container;
  }

  const startIn = async (world: LabWorld, controller: LabNode, name: string, moon?: Record<string, string>) => {
    const identity = await world.mint();
    const path = `/controller/network/${network}/member/${identity.address}`;
    await controller.talk({ method: 'POST', path, body: { authorized: true } });
    return world.startMember(name, { identity, networks: [network], ...(moon && { files: moon }) });
  };
  const addressOf = async (node: LabNode): Promise<string | undefined> => {
    const { body } = await node.talk({ method: 'GET', path: `/network/${network}` });
    return (body as { assignedAddresses: string[] }).assignedAddresses[0]?.split('/')[0];
  };
  const pings = async (from: LabNode, to: LabNode): Promise<string> => {
    const address = await eventually(() => addressOf(to), { within: 15_000, what: `${to.name} having an address` });
    return eventually(() => from.exec('ping', '-c', '1', '-W', '1', address), { within: 15_000, what: 'ping' });
  };
  const peer = async (at: LabNode, of: LabNode): Promise<PeerJson> =>
    (await at.talk({ method: 'GET', path: `/peer/${of.identity.address}` })).body as PeerJson;

  beforeAll(async () => {
    if (!lab) return;
    near = await LabWorld.open(lab.docker, lab.image);
    const controller = await near.startController();
    const made = await controller.talk({
      method: 'POST',
      path: '/controller/network',
      body: {
        v4AssignMode: { zt: true },
        ipAssignmentPools: [{ ipRangeStart: '10.98.0.10', ipRangeEnd: '10.98.0.250' }],
        routes: [{ target: '10.98.0.0/24' }],
      },
    });
    network = (made.body as { id: string }).id;
    await lab.docker.createNetwork({ Name: farNetwork, Internal: true });
    far = await LabWorld.open(lab.docker, lab.image, farNetwork);
    translator = await startTranslator(lab.docker, lab.image, await near.ipOf(controller.container));
    const moon = await near.makeMoon(controller, await far.ipOf(translator));
    const files = { [`moons.d/000000${controller.identity.address}.moon`]: Buffer.from(moon.content ?? '').toString() };
    one = await startIn(near, controller, 'one');
    neighbour = await startIn(near, controller, 'neighbour');
    behind = await startIn(far, controller, 'behind', files);
  });

  afterAll(async () => {
    await translator?.remove({ force: true });
    await far?.close();
    await near?.close();
    if (lab) await lab.docker.getNetwork(farNetwork).remove();
  });

  it('ping each other, both ways', async () => {
    expect(await pings(one, behind)).toMatch(/1 received/);
    expect(await pings(behind, one)).toMatch(/1 received/);
  });

  it('carry packets larger than the MTU of the underlying network', async () => {
    const address = (await addressOf(behind)) ?? '';
    const ping = () => one.exec('ping', '-c', '1', '-W', '1', '-s', '2700', '-M', 'do', address);
    expect(await eventually(ping, { within: 30_000, what: 'a large ping' })).toMatch(/2708 bytes from/);
  });

  it('see each other only through the root, while neighbors find a direct path', async () => {
    await pings(one, neighbour);
    const found = async (): Promise<boolean> => (await peer(one, neighbour)).paths.some(({ active }) => active);
    await eventually(found, { within: 30_000, what: 'a path between neighbors' });
    expect((await peer(one, neighbour)).paths[0]?.address).toBe(`${await near.ipOf(neighbour.container)}/9993`);
    expect(await peer(one, behind)).toMatchObject({ role: 'LEAF', paths: [] });
    expect(await peer(behind, one)).toMatchObject({ role: 'LEAF', paths: [] });
  });
});
