import type { Shape } from '../api/client.js';
import { codeWord } from './code-words.js';

/** How a thing stands, as people read it. Shape, word and colour always go together. */
export type State = 'fine' | 'waiting' | 'failed' | 'away' | 'working' | 'unknown' | 'asked';

export interface Standing {
  is: State;
  /** A more exact word than the state's own. */
  word?: string;
}

export const STATE_WORDS: Record<State, string> = {
  fine: 'as wanted',
  waiting: 'waiting',
  failed: 'failed',
  away: 'unreachable',
  working: 'on its way',
  unknown: 'unknown',
  asked: 'asked',
};

/** Nobody sees how a node is whose host is unreachable, nor one in a container while its engine does not answer. */
export const isLastKnown = ({ presence, engine }: Shape<'Host'>, kind: Shape<'Node'>['kind']): boolean =>
  presence === 'unreachable' || (kind === 'container' && engine?.state === 'unknown');

/** How a thing stood when its host was last heard. What was never reported, or is only asked for, stays so. */
export function asLastKnown(standing: Standing, isAway: boolean): Standing {
  const { is, word = STATE_WORDS[is] } = standing;
  return isAway && ['fine', 'waiting', 'failed'].includes(is) ? { is: 'away', word: `last known: ${word}` } : standing;
}

export const OF_STANDING: Record<Shape<'Standing'>, State> = {
  fine: 'fine',
  warning: 'waiting',
  trouble: 'failed',
  unknown: 'unknown',
};

export const OF_SEVERITY: Record<Shape<'Attention'>['severity'], State> = {
  error: 'failed',
  warning: 'waiting',
  info: 'unknown',
};

export function hostStanding({ presence, paused, revokedAt }: Shape<'Host'>): Standing {
  if (revokedAt !== null) return { is: 'failed', word: 'revoked' };
  if (presence === 'unreachable') return { is: 'away' };
  if (presence === 'unknown') return { is: 'unknown' };
  if (presence === 'joined') return { is: 'waiting', word: 'never connected' };
  return paused ? { is: 'waiting', word: 'paused' } : { is: 'fine', word: 'online' };
}

export function nodeStanding({ state, online, unused }: Shape<'Node'>): Standing {
  if (unused !== null) return { is: 'fine', word: unused };
  if (state === 'down') return { is: 'failed', word: 'down' };
  if (state === 'unknown') return { is: 'unknown' };
  return online === false ? { is: 'waiting', word: 'offline' } : { is: 'fine', word: 'online' };
}

/** Somebody decided: it waits for nobody. The API says so in words alone. */
export const wasDenied = (outcome: Shape<'ShownOutcome'> | null): boolean =>
  outcome?.kind === 'waiting' && outcome.code === 'authorization' && / was denied in /.test(outcome.cause);

export function outcomeStanding(outcome: Shape<'ShownOutcome'> | null): Standing {
  if (outcome === null) return { is: 'working' };
  if (outcome.kind === 'done') return { is: 'fine' };
  return { is: outcome.kind, word: wasDenied(outcome) ? 'denied' : codeWord(outcome.code) };
}

/** What zerotier-one says of a network, where no agent judges it. */
const OF_STATUS: Record<Shape<'MembershipStatus'>, string> = {
  OK: 'found',
  REQUESTING_CONFIGURATION: 'waits for its controller',
  ACCESS_DENIED: 'not authorized',
  NOT_FOUND: 'network not found',
  PORT_ERROR: 'interface cannot be opened',
  CLIENT_TOO_OLD: 'zerotier-one is too old',
  AUTHENTICATION_REQUIRED: 'waits for a sign-in',
  UNKNOWN: 'unknown',
};

export function membershipStanding({ outcome, managed, status, intent }: Shape<'Membership'>): Standing {
  if (managed) {
    if (intent === 'absent') return { is: 'working', word: 'leaving' };
    return outcomeStanding(outcome);
  }
  return status === 'OK' ? { is: 'fine', word: 'found' } : { is: 'waiting', word: OF_STATUS[status ?? 'UNKNOWN'] };
}

const worstWord = (findings: readonly Pick<Shape<'Finding'>, 'severity' | 'code'>[]): string =>
  codeWord(findings.find(({ severity }) => severity === 'error')?.code ?? '');

export function networkStanding({ memberships, sync, findings }: Shape<'Network'>): Standing {
  if (findings.some(({ severity }) => severity === 'error')) return { is: 'failed', word: worstWord(findings) };
  if (sync?.state === 'pending') return { is: 'working', word: 'not applied yet' };
  const stuck = memberships.waiting - memberships.pending;
  if (stuck > 0) return { is: 'waiting', word: `${stuck} waiting` };
  if (memberships.pending > 0) return { is: 'working' };
  return { is: 'fine' };
}

export const containerStanding = ({ outcome, intent }: Shape<'Container'>): Standing =>
  intent === 'absent' ? { is: 'working', word: 'being removed' } : outcomeStanding(outcome);

export function routeStanding({ state, findings }: Shape<'KeptRoute'>): Standing {
  const worst = findings.find(({ severity }) => severity === 'error');
  if (worst) return { is: 'failed', word: codeWord(worst.code) };
  if (state === 'pending') return { is: 'waiting', word: 'not announced' };
  const warning = findings.find(({ severity }) => severity === 'warning');
  return warning ? { is: 'waiting', word: codeWord(warning.code) } : { is: 'fine', word: 'announced' };
}

const OF_CONTROLLER: Record<Shape<'ControllerState'>, Standing> = {
  up: { is: 'fine', word: 'up' },
  away: { is: 'away', word: 'away' },
  absent: { is: 'failed', word: 'absent' },
  moved: { is: 'failed', word: 'moved' },
  unknown: { is: 'unknown', word: 'not asked yet' },
};
export const controllerStanding = ({ state }: Shape<'Controller'>): Standing => OF_CONTROLLER[state];

/** A label that has no effect says why. `judged`: how the node stands that is to be attached to it. */
export function workloadStanding({ networks, node, state }: Shape<'Workload'>, judged?: Standing): Standing {
  if (networks.some(({ code }) => code !== null)) return { is: 'failed', word: 'without effect' };
  if (!node) return { is: 'waiting', word: 'not attached' };
  if (judged && judged.is !== 'fine') return judged;
  return state === 'running' ? { is: 'fine', word: 'attached' } : { is: 'waiting', word: state };
}

const OF_COMMAND: Record<Shape<'CommandState'>, Standing> = {
  queued: { is: 'working', word: 'queued' },
  delivered: { is: 'working', word: 'on its way' },
  waiting: { is: 'waiting' },
  done: { is: 'fine', word: 'done' },
  failed: { is: 'failed' },
  cancelled: { is: 'unknown', word: 'cancelled' },
  superseded: { is: 'unknown', word: 'superseded' },
};
export const commandStanding = ({ state }: Shape<'Command'>): Standing => OF_COMMAND[state];

const RANK: Record<State, number> = { failed: 0, away: 1, waiting: 2, working: 3, unknown: 4, asked: 5, fine: 6 };

/** Worst first. */
export const rankOf = ({ is }: Standing): number => RANK[is];
