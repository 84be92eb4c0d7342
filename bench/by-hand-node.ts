import type Docker from 'dockerode';
import { newId } from '@orrery/shared/runtime';
import { Name, type NetworkId } from '@orrery/shared/contracts';
import { containerProfile, DAEMON_HOME } from '../apps/agent/src/docker/container-profile.js';
import { packArchive, type ArchiveEntry } from '../apps/agent/src/docker/tar-archive.js';
import type { LabController } from '../test/docker/system/lab-controller.js';
import { eventually } from '../test/support/eventually.js';
import { talkTo } from '../test/support/zerotier/local-api.js';
import { addressInKernel } from './launch/kernel-address.js';
import { OWN_PREFIX, type OwnRootLab } from './own-root-lab.js';

const TOKEN = 'b'.repeat(24);
const HOME = DAEMON_HOME.slice(1);

export interface Ruled {
  controller: LabController;
  network: NetworkId;
}

/**
 * A container with Orrery's profile, created without an agent, with a root and a token in its home. `inside`: in the
 * network namespace of this container.
 */
export async function createBare(lab: OwnRootLab, inside?: string): Promise<Docker.Container> {
  const { docker, world, image } = { docker: lab.docker, world: lab.world.world, image: lab.world.world.image };
  const blueprint = { item: newId('itm'), node: newId('nod'), name: Name.parse(lab.nextName('hand')), image };
  const limits = { memoryMb: 256, pids: 128 };
  const about = { host: newId('hst'), agentVersion: 'none', network: world.network, port: 9993 };
  const { name, body } = containerProfile(
    {
      ...{ ...blueprint, limits, incarnation: 0, memberships: [] },
      ...(inside === undefined ? {} : { inside: { workload: 'by-hand', engineId: inside } }),
    },
    about,
  );
  const container = await docker.createContainer({ name, ...body });
  const { IPAM } = (await docker.getNetwork(world.network).inspect()) as {
    IPAM?: { Config?: { Gateway?: string }[] };
  };
  const settings = { allowManagementFrom: [`${IPAM?.Config?.[0]?.Gateway ?? ''}/32`, '127.0.0.1/32'] };
  const file = (path: string, content: string): ArchiveEntry => ({ path: `${HOME}/${path}`, mode: 0o600, content });
  const home = [
    { path: HOME, mode: 0o700 },
    { path: `${HOME}/moons.d`, mode: 0o700 },
    ...[file('authtoken.secret', TOKEN), file('local.conf', JSON.stringify({ settings }))],
  ];
  await container.putArchive(await packArchive([...home, ...world.moons]), { path: '/' });
  return container;
}

/**
 * Starts it, authorizes it as soon as it reports its address, and joins it; resolves when the kernel has its IP
 * address. `holder`: the container whose network namespace it uses.
 */
export async function startByHand(
  lab: OwnRootLab,
  { controller, network }: Ruled,
  container: Docker.Container,
  holder: Docker.Container = container,
) {
  await container.start();
  const talk = talkTo(await lab.world.world.ipOf(holder), 9993, TOKEN);
  const status = async () => (await talk({ method: 'GET', path: '/status' })).body as { address?: string };
  const address = await eventually(async () => (await status()).address, {
    within: 60_000,
    every: 10,
    what: 'the address of the node',
  });
  await controller.authorize(network, address);
  await talk({ method: 'POST', path: `/network/${network}`, body: {} });
  const { State } = await container.inspect();
  await addressInKernel(State.Pid, OWN_PREFIX);
}

export const removed = (container: Docker.Container): Promise<void> =>
  container.remove({ force: true, v: true }).then(() => undefined);
