import type { NodeId, NodeKind } from '@orrery/shared/contracts';
import { type Prober, StepError } from '@orrery/shared/machine';
import { enterNetwork, isInOurView } from '../kernel/namespace.js';
import { namespaceProber } from '../probes/namespace-prober.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';

/** The way into the network namespace of a node: nothing is run in its container. A StepError says why there is none. */
export async function openProber(
  parts: RealMachineParts,
  node: NodeId,
  kind: NodeKind,
  signal: AbortSignal,
): Promise<Prober> {
  if (kind === 'host') return namespaceProber([]);
  const inspect = await findContainer(parts, node, signal);
  // Says why the node is none that runs.
  await openContainer(parts, node, inspect);
  const engineId = inspect?.Id ?? '';
  const pid = inspect?.State.Pid ?? 0;
  if (await isInOurView({ engineId, pid })) return namespaceProber(enterNetwork(pid));
  throw new StepError({
    code: 'unsupported',
    cause: 'this agent does not see the processes of the Docker Engine, so it cannot enter the network of a container',
    fix: 'Run the agent on the machine of the engine, in its own process namespace (--pid host).',
  });
}
