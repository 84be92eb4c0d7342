import { explain, type NodeId, type NodeKind } from '@orrery/shared/contracts';
import { type Prober, StepError } from '@orrery/shared/machine';
import { enterNetwork, isInOurView } from '../kernel/namespace.js';
import { namespaceProber } from '../probes/namespace-prober.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';

/** Access to the network namespace of a node; nothing runs in its container. A StepError says why there is none. */
export async function openProber(
  parts: RealMachineParts,
  node: NodeId,
  kind: NodeKind,
  signal: AbortSignal,
): Promise<Prober> {
  if (kind === 'host') return namespaceProber([]);
  const inspect = await findContainer(parts, node, signal);
  // Throws the reason if the node is not running.
  await openContainer(parts, node, inspect);
  const engineId = inspect?.Id ?? '';
  const pid = inspect?.State.Pid ?? 0;
  if (await isInOurView({ engineId, pid })) return namespaceProber(enterNetwork(pid));
  throw new StepError(explain('unsupported/other-namespace'));
}
