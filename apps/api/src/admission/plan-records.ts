import type { AdmissionPolicy, ControllerRecordChange } from '@orrery/shared/contracts';
import { isDeepStrictEqual } from 'node:util';
import type { CandidateRow } from './candidates.repository.js';
import { decide, type Decision } from './decide.js';

export interface PlannedRecord {
  candidate: CandidateRow;
  decision: Decision | null;
  /** What the controller is to be told; undefined: nothing. */
  change: ControllerRecordChange | undefined;
  /** Whether it is let in, or sent away, by that. */
  moves: 'in' | 'out' | undefined;
}

export type PlannedChange = PlannedRecord & { change: ControllerRecordChange };

export interface PlannedRecords {
  changes: PlannedChange[];
  /** Their records are to be deleted. */
  forget: CandidateRow[];
  /** They ask to be let in, nobody has decided, and nobody was told. */
  requests: CandidateRow[];
}

/** What is to be done on a network's controller, out of what is wanted and what the controller last said. */
export function planRecords(policy: AdmissionPolicy, rows: readonly CandidateRow[], now: number): PlannedRecords {
  const planned = rows.map((candidate) => plan(policy, candidate, now));
  return {
    changes: planned.flatMap(({ change, ...rest }) => (change ? { ...rest, change } : [])),
    forget: rows.filter(mayForget),
    requests: planned.filter(isRequest).map(({ candidate }) => candidate),
  };
}

const decisionOf = (policy: AdmissionPolicy, { since, labels, said, record, isContested }: CandidateRow, now: number) =>
  decide(policy, { wanted: since === null ? null : { since, labels: labels ?? {} }, said, record, isContested }, now);

function plan(policy: AdmissionPolicy, candidate: CandidateRow, now: number): PlannedRecord {
  const { address, said, record } = candidate;
  const decision = decisionOf(policy, candidate, now);
  const isIn = record?.authorized ?? false;
  const moves = decision && decision.authorize !== isIn ? (decision.authorize ? 'in' : 'out') : undefined;
  const change: ControllerRecordChange = {
    address,
    ...(moves ? { authorized: moves === 'in' } : {}),
    ...(differs(said?.name, record?.name ?? '') ? { name: said?.name ?? '' } : {}),
    ...(addressesDiffer(candidate) ? { addresses: said?.addresses ?? [] } : {}),
    ...(differs(said?.bridge, record?.bridge ?? false) ? { bridge: said?.bridge ?? false } : {}),
    ...(differs(said?.noAutoAssign, record?.noAutoAssign ?? false)
      ? { noAutoAssign: said?.noAutoAssign ?? false }
      : {}),
  };
  return {
    candidate,
    decision,
    moves,
    change: Object.keys(change).length > 1 && !mayForget(candidate) ? change : undefined,
  };
}

/** What nobody said anything of stays as the controller has it. */
const differs = <T>(said: T | null | undefined, has: T): boolean => said !== null && said !== undefined && said !== has;

/**
 * Beside the fixed addresses the controller gives some of the pools, which nobody can tell from those: so it is told when something of what
 * was said is missing, or when something else is said than it was told.
 */
function addressesDiffer({ said, record }: CandidateRow): boolean {
  const wanted = said?.addresses;
  if (!wanted) return false;
  const isMissing = wanted.some((address) => !record?.addresses.includes(address));
  return isMissing || !isDeepStrictEqual(wanted, record?.toldAddresses ?? []);
}

/** A node that still shall be in the network would only come back. */
const mayForget = ({ said, item }: CandidateRow) => said?.forget === true && item === null;

const isRequest = ({ candidate: { record, said }, decision }: PlannedRecord) =>
  record !== null &&
  !record.authorized &&
  !record.isRequested &&
  !record.wasSentAway &&
  record.version !== null &&
  decision === null &&
  !said?.verdict;
