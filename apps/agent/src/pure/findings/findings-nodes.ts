import { explain, explainAgain } from '@orrery/shared/contracts';
import type { FindingsInput, FoundCause } from './found-cause.js';

const BLIP_MS = 6_000;

/** Reasons why the agent cannot see or use the engine or the host's own daemon. */
export function findNodes({ items, observed }: FindingsInput): FoundCause[] {
  const found: FoundCause[] = [];
  const { engine } = observed;
  const wantsContainers = items.some(({ kind }) => kind === 'container');
  if (!engine.known && wantsContainers)
    found.push({
      ...{ node: null, network: null, item: null, severity: 'error', holdMs: BLIP_MS },
      ...explainAgain(engine),
    });
  for (const { node, kind, daemon } of observed.nodes) {
    const port = daemon.known ? daemon.value.lacksPort : undefined;
    if (port !== undefined)
      found.push({
        ...{ node, network: null, item: null, severity: 'error', holdMs: BLIP_MS },
        ...explain(kind === 'host' ? 'udp-port-taken/host' : 'udp-port-taken/container', { port: String(port) }),
      });
    if (kind !== 'host' || daemon.known) continue;
    const isWanted = items.some((item) => item.node === node && item.intent === 'present');
    if (!isWanted && daemon.code === 'zerotier-missing') continue;
    found.push({
      ...{ node, network: null, item: null, holdMs: BLIP_MS },
      severity: isWanted ? 'error' : 'warning',
      ...explainAgain(daemon),
    });
  }
  return found;
}
