import { Name } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type Docker from 'dockerode';
import { containerProfile } from '../../apps/agent/src/docker/container-profile.js';
import type { ContainerBlueprint } from '@orrery/shared/machine';
import type { LaunchLab } from './launch-lab.js';

/** The default of the stock daemon. */
export const PLAIN_PORT = 9993;

/** The parts of a container with Orrery's profile that belongs to no agent. */
export function plainBlueprint(lab: LaunchLab, word: string): ContainerBlueprint {
  return {
    item: newId('itm'),
    node: newId('nod'),
    name: Name.parse(lab.nextName(word)),
    image: lab.image,
    limits: { memoryMb: 256, pids: 128 },
    incarnation: 0,
    memberships: [],
  };
}

/** Creates it through the engine. The host in its labels does not exist, so every agent leaves it alone. */
export function createPlain(lab: LaunchLab, blueprint: ContainerBlueprint): Promise<Docker.Container> {
  const { network } = lab.world.world;
  const { name, body } = containerProfile(blueprint, {
    host: newId('hst'),
    agentVersion: 'none',
    network,
    port: PLAIN_PORT,
  });
  return lab.world.docker.createContainer({ name, ...body });
}

/** The source address of this machine's requests on the Docker network. */
export async function gatewayOf(lab: LaunchLab): Promise<string> {
  const { IPAM } = (await lab.world.docker.getNetwork(lab.world.world.network).inspect()) as {
    IPAM?: { Config?: { Gateway?: string }[] };
  };
  const gateway = IPAM?.Config?.[0]?.Gateway;
  if (!gateway) throw new Error('the Docker network has no gateway');
  return gateway;
}

export async function pidOf(container: Docker.Container): Promise<number> {
  const { State } = await container.inspect();
  if (!State.Running) throw new Error('the container does not run');
  return State.Pid;
}

export const removed = (container: Docker.Container): Promise<void> =>
  container.remove({ force: true, v: true }).then(() => undefined);
