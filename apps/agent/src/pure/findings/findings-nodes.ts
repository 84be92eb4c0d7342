import { FIXES } from '../assess/outcomes.js';
import type { FindingsInput, FoundCause } from './found-cause.js';

const BLIP_MS = 6_000;

/** What keeps the agent from seeing or using the engine or the host's own daemon. */
export function findNodes({ items, observed }: FindingsInput): FoundCause[] {
  const found: FoundCause[] = [];
  const { engine } = observed;
  const wantsContainers = items.some(({ kind }) => kind === 'container');
  if (!engine.known && wantsContainers)
    found.push({
      ...{ node: null, network: null, item: null, code: engine.code, severity: 'error', holdMs: BLIP_MS },
      ...{ cause: engine.cause, fix: engine.fix ?? FIXES[engine.code] },
    });
  for (const { node, kind, daemon } of observed.nodes) {
    if (kind !== 'host' || daemon.known) continue;
    const isWanted = items.some((item) => item.node === node && item.intent === 'present');
    if (!isWanted && daemon.code === 'zerotier-missing') continue;
    found.push({
      ...{ node, network: null, item: null, code: daemon.code, holdMs: BLIP_MS },
      severity: isWanted ? 'error' : 'warning',
      ...{ cause: daemon.cause, fix: daemon.fix ?? FIXES[daemon.code] },
    });
  }
  return found;
}
