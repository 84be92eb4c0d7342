import { AgentFact, fitLengths } from '@orrery/shared/contracts';
import { fitSnapshot } from './fit-snapshot.js';

/** Largest event in the journal, in bytes of JSON: it must fit into a batch. */
export const MAX_FACT_BYTES = 200 * 1024;
const KEPT_ELEMENTS = 100;

export interface Fitted {
  /** The fact unchanged, cut, or (a snapshot) in several pieces. Empty: it cannot be made to fit. */
  facts: AgentFact[];
  /** Parts of a snapshot that are marked unknown because they are too large. */
  leftOut: string[];
}

/**
 * Makes a fact fit: no text or list longer than its schema allows, and a limited total size. A network's owner can push ten
 * thousand routes, so lists and texts are cut. In a snapshot a cut list would mean that the rest is gone, so it is split into
 * several facts instead, and parts that are still too large become unknown.
 */
export function fitFact(told: AgentFact): Fitted {
  const fact = fitLengths(AgentFact, told);
  if (sizeOf(fact) <= MAX_FACT_BYTES) return { facts: [fact], leftOut: [] };
  if (fact.type === 'host.snapshot') {
    // Leaves room for the fields around the state.
    const { states, singly, leftOut } = fitSnapshot(fact.data.state, MAX_FACT_BYTES - 1024);
    const pieces = states.map((state): AgentFact => ({ ...fact, data: { ...fact.data, state } }));
    const found = singly.map((after): AgentFact => {
      return { type: 'workload.found', data: { workload: after.workload, after } };
    });
    return { facts: [...pieces, ...found], leftOut };
  }
  const fitted = cut(fact) as AgentFact;
  return { facts: sizeOf(fitted) <= MAX_FACT_BYTES ? [fitted] : [], leftOut: [] };
}

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

function cut(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, KEPT_ELEMENTS).map(cut);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner)]));
}
