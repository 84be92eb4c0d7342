import {
  type AgentFindingCode,
  AgentFindingData,
  ItemId,
  NetworkId,
  NodeId,
  ObservedState,
  Outcome,
  Stage,
} from '@orrery/shared/contracts';
import { z } from 'zod';

/** The last report about an item and its revision; each stage is reported once. */
export const LedgerEntry = z.object({
  revision: z.int().positive(),
  outcome: Outcome.nullable(),
  stages: z.array(Stage),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const RaisedFinding = z.object({
  node: NodeId.nullable(),
  network: NetworkId.nullable(),
  item: ItemId.nullable(),
  finding: AgentFindingData,
});
export type RaisedFinding = z.infer<typeof RaisedFinding>;

export const findingKey = (about: Omit<RaisedFinding, 'finding'>, code: AgentFindingCode): string =>
  [code, about.node ?? '', about.network ?? '', about.item ?? ''].join('/');

/**
 * What the agent has reported so far, written atomically together with the reports. `before` is what `diff` compares the next
 * observation with.
 */
export interface Memory {
  before: ObservedState | undefined;
  ledger: Record<ItemId, LedgerEntry>;
  findings: Record<string, RaisedFinding>;
}

export const EMPTY_MEMORY: Memory = { before: undefined, ledger: {}, findings: {} };

export const memorySchemas = {
  before: ObservedState,
  ledger: z.record(z.string(), LedgerEntry),
  findings: z.record(z.string(), RaisedFinding),
};
