import type { NodeKind, NodeId } from '@orrery/shared/contracts';
import { crashPoint } from '@orrery/shared/runtime';
import type { Executors } from '@orrery/shared/machine';
import { configureNetwork, joinNetwork, leaveNetwork, repairNetwork } from '../zerotier/network-membership.js';
import type { NodeDoor } from '../zerotier/node-door.js';
import type { ManagedLists } from './managed-lists.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';

type NetworkExecutors = Pick<Executors, 'join-network' | 'configure-network' | 'repair-network' | 'leave-network'>;

export function networkSteps(parts: RealMachineParts, lists: ManagedLists): NetworkExecutors {
  const through = async (
    { node, nodeKind }: { node: NodeId; nodeKind: NodeKind },
    signal: AbortSignal,
    work: (door: NodeDoor) => Promise<void>,
  ): Promise<void> => {
    if (nodeKind === 'host') {
      const door = await parts.hostDaemon.open();
      return explained(door, work);
    }
    const inspect = await findContainer(parts, node, signal);
    const door = await openContainer(parts, node, inspect);
    try {
      await explained(door, work);
    } finally {
      if (inspect) lists.forget(inspect.Id);
    }
  };
  return {
    'join-network': (step, { signal, progress }) =>
      through(step, signal, async (door) => {
        await joinNetwork(door, step.network, step.settings, signal);
        crashPoint('launch.joined');
        progress('joined', `network ${step.network}`);
      }),
    'configure-network': (step, { signal }) =>
      through(step, signal, (door) => configureNetwork(door, step.network, step.settings, signal)),
    'repair-network': (step, { signal }) =>
      through(step, signal, (door) => repairNetwork(door, step.network, step.settings, signal)),
    'leave-network': (step, { signal, progress }) =>
      through(step, signal, async (door) => {
        await leaveNetwork(door, step.network, signal);
        progress('left', `network ${step.network}`);
      }),
  };
}

async function explained(door: NodeDoor, work: (door: NodeDoor) => Promise<void>): Promise<void> {
  try {
    await work(door);
  } catch (error) {
    throw door.explain(error);
  }
}
