import type {
  AgentFact,
  AgentFindingCode,
  Item,
  ItemId,
  NetworkId,
  NodeId,
  ObservedState,
  Outcome,
} from '@orrery/shared/contracts';
import type { RuledGround } from '../guard/decide-ground.js';
import type { Denials } from '../policy/denials.js';
import type { HeldPolicy } from '../policy/policy.js';

export interface FoundCause {
  node: NodeId | null;
  network: NetworkId | null;
  item: ItemId | null;
  code: AgentFindingCode;
  severity: 'info' | 'warning' | 'error';
  cause: string;
  fix: string;
  /** For how long it must hold before it is told. */
  holdMs: number;
  /** Facts that are told whenever the finding is: one by one, what it sums up. */
  also?: readonly AgentFact[];
}

export interface FindingsInput {
  items: readonly Item[];
  observed: ObservedState;
  /** Nodes whose identity this agent has, or had as another host. */
  hasIdentity: (node: NodeId) => boolean;
  outcome: (item: ItemId) => Outcome | undefined;
  /** How often a step for this item has been tried without its coming true. */
  tries: (item: ItemId) => number;
  /** The agent's clock minus the API's, in milliseconds; undefined before the first hello. */
  clockSkewMs: number | undefined;
  cloned: boolean;
  /** Of late, answers came that the API did not sign. */
  forgedAnswers?: boolean;
  damage: readonly string[];
  /** What this host allows, and which items it does not; left out where nobody judges. */
  policy?: { held: HeldPolicy; denials: Denials } | undefined;
  /** What the networks of the host's own daemon are held against; left out where nobody looks. */
  ground?: RuledGround | undefined;
}
