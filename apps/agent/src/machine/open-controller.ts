import type { NodeId, NodeKind } from '@orrery/shared/contracts';
import { ControllerError, type ControllerApi, LocalApiError } from '@orrery/shared/machine';
import { ControllerClient } from '../zerotier/controller.client.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';

/** The controller in the host's daemon, or in that of a container. A StepError says why there is no way to the node. */
export function openController(
  parts: RealMachineParts,
  node: NodeId,
  kind: NodeKind,
  signal: AbortSignal,
): Promise<ControllerApi> {
  return kind === 'host' ? hostController(parts, signal) : containerController(parts, node, signal);
}

async function hostController({ hostDaemon }: RealMachineParts, signal: AbortSignal): Promise<ControllerApi> {
  const door = await hostDaemon.open();
  const { http, expected } = door;
  if (!http) throw new Error('the daemon of the host has no HTTP');
  return new ControllerClient({ http, expected, explain: (error) => door.explain(error), signal });
}

async function containerController(parts: RealMachineParts, node: NodeId, signal: AbortSignal): Promise<ControllerApi> {
  const door = await openContainer(parts, node, await findContainer(parts, node, signal));
  const { http, expected } = door;
  const fix = `Let the agent connect to containers on the bridge ${parts.config.dockerNetwork} (TCP 9993): a firewall of this host, or a network namespace around the agent, is in between. Then restart the agent.`;
  if (!http)
    throw new ControllerError({
      code: 'controller-unreachable',
      cause:
        'this container is reached by docker exec alone, and a controller only over the bridge address of its container',
      fix,
    });
  const isNoWay = (error: unknown) => error instanceof LocalApiError && error.trouble === 'unreachable';
  return new ControllerClient({
    ...{ http, expected, signal },
    explain: (error) => {
      const explained = door.explain(error);
      return isNoWay(error) ? { message: explained.message, fix } : explained;
    },
  });
}
