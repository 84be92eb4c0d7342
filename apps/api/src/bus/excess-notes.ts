import type { HostId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';

/**
 * A link that is cut without a word leaves a connection for fifteen seconds at most, and takes ten to be missed: an honest host has
 * at most a few ended in a minute.
 */
const WINDOW_MS = 60_000;
const MOST_ENDED = 20;
/** So many ended within the window are nobody's accident: the host is cut off. */
const CUT_OFF_AT = 100;
/** So long after the last excess the finding stays. */
const STAYS_MS = 5 * 60_000;

interface Note {
  /** When connections of this host were ended, within the window. */
  ended: number[];
  excessAt: number;
  isRaised: boolean;
}

/** Which hosts have so many connections ended that a person has to hear of it. Times are of a steady clock, in milliseconds. */
export class ExcessNotes {
  readonly #hosts = new Map<HostId, Note>();
  isReady = false;

  /** With the hosts that have the finding already. */
  begin(hosts: readonly HostId[], now: number): void {
    for (const host of hosts) this.#note(host, now).isRaised = true;
    this.isReady = true;
  }

  /** Gives whether the host is to be cut off; then it is counted from nothing again. */
  ended(host: HostId, now: number): boolean {
    const note = this.#note(host, -Infinity);
    note.ended = [...note.ended.filter((at) => now - at < WINDOW_MS), now];
    if (note.ended.length >= MOST_ENDED) note.excessAt = now;
    if (note.ended.length < CUT_OFF_AT) return false;
    note.ended = [];
    return true;
  }

  /** Noticed in another way. */
  excess(host: HostId, now: number): void {
    this.#note(host, now).excessAt = now;
  }

  due(now: number): { raise: HostId[]; clear: HostId[] } {
    const raise: HostId[] = [];
    const clear: HostId[] = [];
    for (const [host, { ended, excessAt, isRaised }] of this.#hosts) {
      const isExcess = now - excessAt < STAYS_MS;
      if (isExcess && !isRaised) raise.push(host);
      else if (!isExcess && isRaised) clear.push(host);
      else if (!isExcess && now - (ended.at(-1) ?? -Infinity) > WINDOW_MS) this.#hosts.delete(host);
    }
    return { raise, clear };
  }

  raised(host: HostId): void {
    this.#note(host, -Infinity).isRaised = true;
  }

  cleared(host: HostId): void {
    this.#hosts.delete(host);
  }

  #note(host: HostId, excessAt: number): Note {
    const note = this.#hosts.get(host) ?? { ended: [], excessAt, isRaised: false };
    this.#hosts.set(host, note);
    return note;
  }
}

/** Hosts for which the finding stands. */
export async function hostsWithExcess(sql: Sql): Promise<HostId[]> {
  const rows = await sql.query<{ host_id: HostId }[]>(
    `SELECT host_id FROM findings WHERE code = 'connections-excess' AND source = 'api'`,
  );
  return rows.map(({ host_id }) => host_id);
}
