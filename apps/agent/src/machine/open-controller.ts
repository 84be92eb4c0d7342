import { explain, type NodeId, type NodeKind } from '@orrery/shared/contracts';
import { ControllerError, type ControllerApi, LocalApiError } from '@orrery/shared/machine';
import { ControllerClient } from '../zerotier/controller.client.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';

/** The controller in the host's daemon or in a container's. A StepError says why the node cannot be reached. */
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
  const network = parts.config.dockerNetwork;
  if (!http) throw new ControllerError(explain('controller-unreachable/exec-only', { network }));
  const isNoWay = (error: unknown) => error instanceof LocalApiError && error.trouble === 'unreachable';
  return new ControllerClient({
    ...{ http, expected, signal },
    explain: (error) => {
      const explained = door.explain(error);
      if (!isNoWay(error)) return explained;
      const { cause, fix } = explain('controller-unreachable/bridge', { cause: explained.message, network });
      return { message: cause, fix };
    },
  });
}
