import type { Attention } from '@orrery/shared/contracts';
import type { AbsentHost, FailingUpkeep, OpenFinding, Unsettled } from './status.repository.js';

const PRESENCE: Record<
  string,
  Pick<Attention, 'severity'> & { what: (name: string) => string; cause: (since: string) => string }
> = {
  unreachable: {
    severity: 'error',
    what: (name) => `${name} is unreachable`,
    cause: (since) => `its agent was last heard of at ${since}`,
  },
  unknown: {
    severity: 'warning',
    what: (name) => `nobody knows whether ${name} is there`,
    cause: () => 'the API itself is not well connected now, so it does not judge',
  },
  joined: {
    severity: 'warning',
    what: (name) => `${name} joined and was never heard of`,
    cause: (since) => `it joined at ${since}; its agent cannot reach NATS, or was stopped`,
  },
};

export function absent({ name, presence, since }: AbsentHost): Attention[] {
  const known = PRESENCE[presence];
  if (!known) return [];
  return [
    { severity: known.severity, what: known.what(name), cause: known.cause(since), next: `orrery host get ${name}` },
  ];
}

export function unsettled({ kind, name, network, outcome }: Unsettled): Attention[] {
  if (outcome.kind === 'done') return [];
  const what = kind === 'container' ? `container ${name}` : `${name} in ${network}`;
  const state = outcome.kind === 'failed' ? 'failed' : 'waits';
  return [
    {
      severity: outcome.kind === 'failed' ? 'error' : 'warning',
      what: `${what} ${state}: ${outcome.code}`,
      cause: outcome.cause,
      next: nextFor(kind, name, network, outcome.code),
    },
  ];
}

function nextFor(kind: Unsettled['kind'], name: string, network: string | null, code: string): string {
  if (kind === 'membership') return `orrery membership get ${name} ${network}`;
  return code === 'container-died' ? `orrery container logs ${name}` : `orrery container get ${name}`;
}

export const paused = ({ name }: { name: string }): Attention => ({
  severity: 'info',
  what: `${name} is paused`,
  cause: 'somebody paused it: its agent observes and reports, and does nothing',
  next: `orrery host resume ${name}`,
});

export const found = ({ host, severity, code, cause }: OpenFinding): Attention => ({
  severity,
  what: `${host}: ${code}`,
  cause,
  next: `orrery finding ls --host ${host}`,
});

/** Of no host: it concerns whoever runs the API. */
export const upkeepFailing = ({ severity, code, cause }: FailingUpkeep): Attention => ({
  severity,
  what: `Orrery: ${code}`,
  cause,
  next: 'orrery finding ls',
});

const ORDER: Attention['severity'][] = ['error', 'warning', 'info'];

/** The worst first; within a severity as it came. */
export const worstFirst = (list: Attention[]) =>
  [...list].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
