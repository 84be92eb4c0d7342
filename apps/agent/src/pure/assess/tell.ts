import type { AgentFact, ItemId, Outcome } from '@orrery/shared/contracts';
import type { LedgerEntry, Memory } from '../memory.js';
import type { ReachedStage } from './stages.js';

/** The current standing of an item: its outcome, if there is one to report, and the stages that it has reached. */
export interface ItemReport {
  item: ItemId;
  revision: number;
  outcome: Outcome | undefined;
  stages: readonly ReachedStage[];
}

export interface Told {
  facts: AgentFact[];
  ledger: Memory['ledger'];
}

const keyOf = (outcome: Outcome | null) =>
  outcome && (outcome.kind === 'done' ? 'done' : `${outcome.kind}:${outcome.code}`);

/**
 * What is new about the items, and the ledger after reporting it: each stage once per revision of an item, and an outcome whenever it
 * differs from the last one reported. Items that are no longer desired leave the ledger.
 */
export function tell(ledger: Memory['ledger'], reports: readonly ItemReport[]): Told {
  const facts: AgentFact[] = [];
  const next: Memory['ledger'] = {};
  for (const report of reports) {
    const { item, revision, outcome } = report;
    const told = toldAt(ledger[item], revision);
    const stages = firstMentions(report.stages).filter(({ stage }) => !told.stages.includes(stage));
    for (const { stage, detail } of stages)
      facts.push({ type: 'item.progress', data: { item, revision, stage, detail } });
    const isNews = outcome !== undefined && keyOf(outcome) !== keyOf(told.outcome);
    if (isNews) facts.push({ type: 'item.settled', data: { item, revision, outcome } });
    next[item] = {
      revision,
      outcome: isNews ? outcome : told.outcome,
      stages: [...told.stages, ...stages.map(({ stage }) => stage)],
    };
  }
  return { facts, ledger: next };
}

const firstMentions = (stages: readonly ReachedStage[]): ReachedStage[] =>
  stages.filter(({ stage }, at) => stages.findIndex((other) => other.stage === stage) === at);

const toldAt = (entry: LedgerEntry | undefined, revision: number): LedgerEntry =>
  entry?.revision === revision ? entry : { revision, outcome: null, stages: [] };
