import type { HostId, Presence } from '@orrery/shared/contracts';

export interface Judged {
  host: HostId;
  presence: Presence;
  /** When this process last heard from it, on its steady clock. */
  lastHeard: number | undefined;
}

export interface Circumstances {
  now: number;
  intervalMs: number;
  /** Since when this process can hear at all. */
  startedAt: number;
  /** Since when the link and the event loop have been healthy; null if they are not. */
  healthySince: number | null;
}

export interface Verdict {
  host: HostId;
  to: Exclude<Presence, 'joined'>;
}

export const MISSED_BEATS = 3;

/**
 * The moment from which silence counts against a host: by then this process has been able to hear for as long as a host
 * may be silent. Null if it cannot hear.
 */
export const ableSince = ({ intervalMs, healthySince }: Pick<Circumstances, 'intervalMs' | 'healthySince'>) =>
  healthySince === null ? null : healthySince + MISSED_BEATS * intervalMs;

/**
 * The changes of presence. A host is silent after three missed heartbeats. Silence counts against it only if this
 * process could hear for that long; otherwise the host is unknown. Pure.
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

/**
 * Since when this process could hear, with its link to the broker up and its event loop running. Steady clock,
 * milliseconds.
 */
export class HearingHealth {
  #since: number | null;
  #lastTick: number;

  constructor(
    private readonly tickMs: number,
    private readonly toleranceMs: number,
    connected: boolean,
    now: number,
  ) {
    this.#since = connected ? now : null;
    this.#lastTick = now;
  }

  get since(): number | null {
    return this.#since;
  }

  link(connected: boolean, now: number): void {
    this.#since = connected ? now : null;
  }

  /**
   * Called every `tickMs`. A late call shows that nothing was heard in between, because the process was stopped or
   * overloaded.
   */
  tick(now: number): void {
    if (now - this.#lastTick > this.tickMs + this.toleranceMs && this.#since !== null) this.#since = now;
    this.#lastTick = now;
  }
}

/**
 * Measures the time during which this process could tell which hosts are unreachable. Time in which it could not hear,
 * did not lead or did not run does not count, because a host may have been there all the while. Steady clock,
 * milliseconds.
 */
export class AwayClock {
  #from: number | undefined;

  /** Keeps amounts below `stepMs` for the next call. */
  constructor(private readonly stepMs: number) {}

  /** The time since the last call that returned some. `ableSince`: see `ableSince` of the judge. */
  take(now: number, ableSince: number | null): number {
    if (ableSince === null || now < ableSince) {
      this.#from = undefined;
      return 0;
    }
    this.#from = Math.max(this.#from ?? now, ableSince);
    const taken = now - this.#from;
    if (taken < this.stepMs) return 0;
    this.#from = now;
    return taken;
  }

  /** Another process counts now. */
  stop(): void {
    this.#from = undefined;
  }
}
