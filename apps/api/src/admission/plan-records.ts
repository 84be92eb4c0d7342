import type { AdmissionPolicy, ControllerRecordChange } from '@orrery/shared/contracts';
import { isDeepStrictEqual } from 'node:util';
import type { CandidateRow } from './candidates.repository.js';
import { decide, type Decision } from './decide.js';

export interface PlannedRecord {
  candidate: CandidateRow;
  decision: Decision | null;
  /** The change to send to the controller; undefined: none. */
  change: ControllerRecordChange | undefined;
  /** Whether the change authorizes or deauthorizes the node. */
  moves: 'in' | 'out' | undefined;
}

export type PlannedChange = PlannedRecord & { change: ControllerRecordChange };

export interface PlannedRecords {
  changes: PlannedChange[];
  /** Nodes whose records are to be deleted. */
  forget: CandidateRow[];
  /** Nodes that ask to be authorized, are undecided, and have not been reported yet. */
  requests: CandidateRow[];
}

/** Plans the changes on a network's controller from the desired state and the controller's last answer. */
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

/** Values that no person set stay as the controller has them. */
const differs = <T>(said: T | null | undefined, has: T): boolean => said !== null && said !== undefined && said !== has;

/**
 * The controller adds addresses from its pools to the fixed ones, and the two cannot be told apart. So a change is due
 * only if a fixed address is missing, or if the fixed addresses differ from those last sent.
 */
function addressesDiffer({ said, record }: CandidateRow): boolean {
  const wanted = said?.addresses;
  if (!wanted) return false;
  const isMissing = wanted.some((address) => !record?.addresses.includes(address));
  return isMissing || !isDeepStrictEqual(wanted, record?.toldAddresses ?? []);
}

/** A node that is still desired in the network would only come back. */
const mayForget = ({ said, item }: CandidateRow) => said?.forget === true && item === null;

const isRequest = ({ candidate: { record, said }, decision }: PlannedRecord) =>
  record !== null &&
  !record.authorized &&
  !record.isRequested &&
  !record.wasSentAway &&
  record.version !== null &&
  decision === null &&
  !said?.verdict;
