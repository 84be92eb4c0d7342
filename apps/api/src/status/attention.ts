import { fitText, MAX_ATTENTION, MAX_ATTENTION_PER_HOST, type Attention } from '@orrery/shared/contracts';
import type { AbsentHost, FailingUpkeep, OpenFinding, Unsettled } from './status.repository.js';

/** `place`: among those of its host, from 1. */
export type Placed = Attention & { place: number };

const PRESENCE: Record<
  string,
  Pick<Attention, 'severity'> & { what: (name: string) => string; cause: (since: string) => string }
> = {
  unreachable: {
    severity: 'error',
    what: (name) => `${name} is unreachable`,
    cause: (since) => `its agent was last heard from at ${since}`,
  },
  unknown: {
    severity: 'warning',
    what: (name) => `it is unknown whether ${name} is online`,
    cause: () => 'the connection of the API itself is impaired, so it cannot judge',
  },
  joined: {
    severity: 'warning',
    what: (name) => `${name} joined but was never heard from`,
    cause: (since) => `it joined at ${since}; its agent cannot reach NATS, or was stopped`,
  },
};

export function absent({ name, presence, since }: AbsentHost): Placed[] {
  const known = PRESENCE[presence];
  if (!known) return [];
  return [
    {
      severity: known.severity,
      what: known.what(name),
      cause: known.cause(since),
      next: `orrery host get ${name}`,
      place: 1,
    },
  ];
}

export function unsettled({ kind, name, network, outcome, place }: Unsettled): Placed[] {
  if (outcome.kind === 'done') return [];
  const what = kind === 'membership' ? `${name} in ${network}` : `${kind} ${name}`;
  const state = outcome.kind === 'failed' ? 'failed' : 'waits';
  return [
    {
      severity: outcome.kind === 'failed' ? 'error' : 'warning',
      what: `${what} ${state}: ${outcome.code}`,
      cause: outcome.cause,
      next: nextFor(kind, name, network, outcome.code),
      place,
    },
  ];
}

function nextFor(kind: Unsettled['kind'], name: string, network: string | null, code: string): string {
  if (kind === 'membership') return `orrery membership get ${name} ${network}`;
  return code === 'container-died' ? `orrery container logs ${name}` : `orrery container get ${name}`;
}

export const paused = ({ name }: { name: string }): Placed => ({
  severity: 'info',
  what: `${name} is paused`,
  cause: 'somebody paused it: its agent observes and reports, but changes nothing',
  next: `orrery host resume ${name}`,
  place: 1,
});

export const found = ({ host, severity, code, cause, place }: OpenFinding): Placed => ({
  severity,
  what: `${host}: ${code}`,
  cause,
  next: `orrery finding ls --host ${host}`,
  place,
});

/** Without a host: it concerns the operator of the API. */
export const upkeepFailing = ({ severity, code, cause }: FailingUpkeep): Placed => ({
  severity,
  what: `Orrery: ${code}`,
  cause,
  next: 'orrery finding ls',
  place: 1,
});

const ORDER: Attention['severity'][] = ['error', 'warning', 'info'];
/** In characters. The full list is in `orrery finding ls`, and where `next` leads. */
const MOST_WHAT = 160;
const MOST_CAUSE = 240;

/** The worst first; within a severity the first of each host, then the second of each. Long lists and texts are cut. */
export function firstOf(list: readonly Placed[]): Attention[] {
  const rank = ({ severity, place }: Placed) => ORDER.indexOf(severity) * (MAX_ATTENTION_PER_HOST + 1) + place;
  return [...list]
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MAX_ATTENTION)
    .map(({ severity, what, cause, next }) => ({
      severity,
      what: fitText(what, MOST_WHAT),
      cause: fitText(cause, MOST_CAUSE),
      next,
    }));
}
