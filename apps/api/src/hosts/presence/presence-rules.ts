import type { HostId, Presence } from '@orrery/shared/contracts';

export interface Judged {
  host: HostId;
  presence: Presence;
  /** When this process last heard of it, on its steady clock. */
  lastHeard: number | undefined;
}

export interface Circumstances {
  now: number;
  intervalMs: number;
  /** Since when this process hears at all. */
  startedAt: number;
  /** Since when link and event loop have been healthy; null: they are not. */
  healthySince: number | null;
}

export interface Verdict {
  host: HostId;
  to: Exclude<Presence, 'joined'>;
}

export const MISSED_BEATS = 3;

/** From when on silence counts against a host: this process has then been able to hear for as long as one is given. Null: it cannot hear. */
export const ableSince = ({ intervalMs, healthySince }: Pick<Circumstances, 'intervalMs' | 'healthySince'>) =>
  healthySince === null ? null : healthySince + MISSED_BEATS * intervalMs;

/**
 * Who changes its presence. A host is silent after three missed beats; silence counts against it only while this process has
 * itself been able to hear for as long, else nobody knows. Pure.
 */
export function judge(hosts: readonly Judged[], circumstances: Circumstances): Verdict[] {
  const { now, intervalMs, startedAt } = circumstances;
  const patience = MISSED_BEATS * intervalMs;
  const since = ableSince(circumstances);
  const canTell = since !== null && now >= since;
  return hosts.flatMap(({ host, presence, lastHeard }): Verdict[] => {
    const isSilent = now - (lastHeard ?? startedAt) > patience;
    if (lastHeard !== undefined && !isSilent) return presence === 'online' ? [] : [{ host, to: 'online' }];
    if (!isSilent || presence === 'joined' || presence === 'unreachable') return [];
    const to = canTell ? 'unreachable' : 'unknown';
    return to === presence ? [] : [{ host, to }];
  });
}
