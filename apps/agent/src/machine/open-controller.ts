import type { NodeId, NodeKind } from '@orrery/shared/contracts';
import { ControllerError, type ControllerApi } from '../zerotier/controller-api.js';
import { ControllerClient } from '../zerotier/controller.client.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';

/** The controller in the host's daemon, or in that of a container. A StepError says why there is no way to the node. */
export async function openController(
  parts: RealMachineParts,
  node: NodeId,
  kind: NodeKind,
  signal: AbortSignal,
): Promise<ControllerApi> {
  const door =
    kind === 'host'
      ? await parts.hostDaemon.open()
      : await openContainer(parts, node, await findContainer(parts, node, signal));
  const { http, expected } = door;
  if (!http)
    throw new ControllerError({
      code: 'controller-unreachable',
      cause: 'the daemon is reached by docker exec alone, and its controller only over the container’s bridge address',
      fix: `Let the agent connect to containers on the bridge ${parts.config.dockerNetwork} (TCP 9993): a firewall on this host, or an agent in a namespace of its own, keeps it from them. Then restart the agent.`,
    });
  return new ControllerClient({ http, expected, explain: (error) => door.explain(error), signal });
}
