import type {
  AgentFact,
  AgentFindingCode,
  FindingFacts,
  Item,
  ItemId,
  NetworkId,
  NodeId,
  ObservedState,
  Outcome,
} from '@orrery/shared/contracts';
import type { Flaps } from '../flapping.js';
import type { RuledGround } from '../guard/ground.js';
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
  /** Facts about it that commands can be made from. */
  facts?: FindingFacts;
  /** How long it must hold before it is reported. */
  holdMs: number;
  /** Facts to report together with the finding: the single things that it sums up. */
  also?: readonly AgentFact[];
}

/** What the doctor saw at its last look, which is older than the observation. */
export interface DoctorStanding {
  found: readonly FoundCause[];
  /** Whether it could tell about a code of its own. */
  isKnown: (code: AgentFindingCode) => boolean;
}

export interface FindingsInput {
  items: readonly Item[];
  observed: ObservedState;
  /** Whether this agent has the identity of a node, or had it as another host. */
  hasIdentity: (node: NodeId) => boolean;
  outcome: (item: ItemId) => Outcome | undefined;
  /** How often a step for this item has been tried without success. */
  tries: (item: ItemId) => number;
  /** The agent's clock minus the API's, in milliseconds; undefined before the first hello. */
  clockSkewMs: number | undefined;
  cloned: boolean;
  /** Recently, answers came that the API did not sign. */
  forgedAnswers?: boolean;
  damage: readonly string[];
  /** What this host allows, and which items it denies; omitted when there is no policy to judge by. */
  policy?: { held: HeldPolicy; denials: Denials } | undefined;
  /** Workloads that end again and again; omitted when nobody counts. */
  flaps?: Flaps;
  /** Omitted until the doctor has looked. */
  doctor?: DoctorStanding | undefined;
  /** The ground that networks of the host's own daemon are checked against; omitted when it is not observed. */
  ground?: RuledGround | undefined;
}
