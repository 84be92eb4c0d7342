import { explain } from '@orrery/shared/contracts';

/**
 * The maximum that is kept per host. A healthy host can observe much; these limits are far above that, and below the
 * size at which tables, answers and tasks of all others would grow. `what` goes into the finding, after "this host
 * reports more".
 */
export const ROW_QUOTAS = {
  findings: { rows: 200, bytes: Number.POSITIVE_INFINITY, what: 'findings than 200' },
  memberships: { rows: 1000, bytes: 4 * 1024 * 1024, what: 'networks than 1,000, or more than 4 MiB about them' },
  interfaces: { rows: 1000, bytes: 4 * 1024 * 1024, what: 'interfaces than 1,000, or more than 4 MiB about them' },
  paths: { rows: 10_000, bytes: Number.POSITIVE_INFINITY, what: 'peers than 10,000' },
  workloads: { rows: 1000, bytes: 4 * 1024 * 1024, what: 'workloads than 1,000, or more than 4 MiB about them' },
} as const;
export type RowQuota = keyof typeof ROW_QUOTAS;

/** `events`: bytes of its events over time (`event-allowance.ts`). `quarantine`: events that break the contract. */
export type Quota = RowQuota | 'events' | 'quarantine';

/** Broken events kept per host: the newest. */
export const QUARANTINE = { rows: 200, bytes: 4 * 1024 * 1024 };

const WHAT: Record<Quota, string> = {
  findings: ROW_QUOTAS.findings.what,
  memberships: ROW_QUOTAS.memberships.what,
  interfaces: ROW_QUOTAS.interfaces.what,
  paths: ROW_QUOTAS.paths.what,
  workloads: ROW_QUOTAS.workloads.what,
  events:
    'bytes of events than its allowance (ORRERY_HOST_EVENTS_MB, ORRERY_HOST_EVENTS_MB_PER_DAY), so it has to wait',
  quarantine: 'broken events than 200, or more than 4 MiB of them, so the oldest are dropped',
};

/** The finding that names a host with these quotas. */
export function overQuota(quotas: readonly Quota[], name: string) {
  const list = [...quotas].sort().map((quota) => `more ${WHAT[quota]}`);
  const severity = 'warning' as const;
  return { severity, ...explain('host-over-quota/host', { host: name, more: list.join('; ') }) };
}
