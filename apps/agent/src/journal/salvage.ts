import type { AgentEvent, AgentFact } from '@orrery/shared/contracts';
import { keys } from './journal-keys.js';
import type { LoadedEpoch } from './journal-loader.js';
import type { LevelStore, Write } from './level-store.js';
import { findingKey, type Memory } from '../pure/memory.js';

/** A fact with the time at which it happened, not yet placed in an epoch. */
export interface Stamped {
  fact: AgentFact;
  at: string;
}

export interface Salvaged {
  facts: Stamped[];
  deletions: Write[];
  /** The old epoch afterwards: it ends at the cursor. */
  shortened: LoadedEpoch;
}

/** The rest of an epoch after `cursor`, in order, with a `history.gap` for each missing range. */
export async function salvage(
  store: LevelStore,
  epoch: LoadedEpoch,
  { cursor, cause, at }: { cursor: number; cause: string; at: string },
): Promise<Salvaged> {
  const facts: Stamped[] = [];
  const deletions: Write[] = [];
  let expected = cursor + 1;
  const gapUpTo = (toSeq: number) => {
    if (toSeq < expected) return;
    facts.push({ fact: { type: 'history.gap', data: { epoch: epoch.epoch, fromSeq: expected, toSeq, cause } }, at });
  };
  const end = keys.event(epoch.ordinal, epoch.head + 1);
  for await (const { key, value } of store.range(keys.event(epoch.ordinal, expected), end)) {
    deletions.push({ del: key });
    if (value === undefined) continue;
    const { seq, at: happened, ...fact } = value as AgentEvent;
    gapUpTo(seq - 1);
    facts.push({ fact, at: happened });
    expected = seq + 1;
  }
  gapUpTo(epoch.head);
  const sizes = epoch.sizes.slice(0, Math.max(0, cursor - epoch.first + 1));
  return { facts, deletions, shortened: { ...epoch, cursor, head: cursor, holes: [], sizes } };
}

/**
 * Facts to report after these, so that salvaged facts do not have the last word about findings: a finding cleared since would stand
 * forever, and one raised since would vanish. The snapshot corrects everything else, but says nothing about findings.
 */
export function findingsAfter(facts: readonly Stamped[], findings: Memory['findings']): AgentFact[] {
  const told = new Map<string, AgentFact>();
  for (const { fact } of facts) {
    if (fact.type !== 'finding.raised' && fact.type !== 'finding.cleared') continue;
    const { node, network, item } = fact.data;
    const code = fact.type === 'finding.raised' ? fact.data.finding.code : fact.data.code;
    const key = findingKey({ node, network, item }, code);
    const raised = findings[key];
    const right: AgentFact = raised
      ? { type: 'finding.raised', data: raised }
      : { type: 'finding.cleared', data: { node, network, item, code } };
    told.set(key, right);
  }
  return [...told.values()];
}
