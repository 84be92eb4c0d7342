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

/** Since when this process could hear: its link to the broker stands and its event loop runs. Steady clock, milliseconds. */
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

  /** Called every `tickMs`; late calls tell that nothing was heard in between (a stopped or overloaded process). */
  tick(now: number): void {
    if (now - this.#lastTick > this.tickMs + this.toleranceMs && this.#since !== null) this.#since = now;
    this.#lastTick = now;
  }
}

/**
 * How much time went by in which this process could tell who is away. Time in which it could not hear, did not lead or did not
 * run counts for nothing: a host may have been there all the while. Steady clock, milliseconds.
 */
export class AwayClock {
  #from: number | undefined;

  /** Less than `stepMs` is kept for the next time. */
  constructor(private readonly stepMs: number) {}

  /** What went by since the last time that it gave something. `ableSince`: see `ableSince` of the judge. */
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

  /** Somebody else counts now. */
  stop(): void {
    this.#from = undefined;
  }
}
