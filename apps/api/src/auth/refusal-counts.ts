/** What one token was refused at one operation, with one answer. */
export interface Refusal {
  token: string;
  name: string;
  operation: string;
  code: string;
}

export interface CountedRefusals extends Refusal {
  count: number;
  since: number;
  until: number;
}

interface Entry extends CountedRefusals {
  /** When the next summary is due. */
  due: number;
}

/** How long nothing more is reported about the same refusal. */
export const WINDOW_MS = 60_000;
/** Tokens times operations; anything beyond that is counted together. */
const MOST = 500;
const OTHERS = 'other operations';

/**
 * Turns refusals into few facts: the first of a kind at once, then one summary a minute for as long as there are more.
 * However many requests are refused, the number of reports is bounded.
 */
export class RefusalCounts {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Counts one; returns what to report now. */
  note(refusal: Refusal): CountedRefusals | undefined {
    const { key, told } = this.#keyOf(refusal);
    const [entry, now] = [this.#entries.get(key), this.now()];
    if (entry) {
      if (entry.count === 0) entry.since = now;
      entry.count++;
      entry.until = now;
      return undefined;
    }
    this.#entries.set(key, { ...told, count: 0, since: now, until: now, due: now + WINDOW_MS });
    return { ...told, count: 1, since: now, until: now };
  }

  /** Whether this was refused within the last minute. */
  isKnown(refusal: Refusal): boolean {
    return this.#entries.has(keyOf(refusal));
  }

  /** Everything counted since the last report, if that is a minute ago; all of it when the process ends. */
  summaries({ all = false } = {}): CountedRefusals[] {
    const now = this.now();
    const told: CountedRefusals[] = [];
    for (const [key, entry] of this.#entries) {
      if (!all && entry.due > now) continue;
      const { due: _due, ...counted } = entry;
      if (entry.count > 0) told.push(counted);
      if (entry.count === 0 || all) this.#entries.delete(key);
      else this.#entries.set(key, { ...entry, count: 0, due: now + WINDOW_MS });
    }
    return told;
  }

  #keyOf(refusal: Refusal): { key: string; told: Refusal } {
    const key = keyOf(refusal);
    if (this.#entries.has(key) || this.#entries.size < MOST) return { key, told: refusal };
    const told = { token: '', name: 'several tokens', operation: OTHERS, code: 'forbidden' };
    return { key: OTHERS, told };
  }
}

const keyOf = ({ token, operation, code }: Refusal) => `${token} ${operation} ${code}`;
