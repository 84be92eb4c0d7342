/** Remembers since when each thing has had its value, for things that are reported only after they have held for a while. */
export class Holds<K> {
  readonly #since = new Map<K, { value: string; since: number }>();

  /** How long, in milliseconds, `key` has had this value; 0 when it is new. */
  heldFor(key: K, value: string, now: number): number {
    const known = this.#since.get(key);
    if (known?.value === value) return now - known.since;
    this.#since.set(key, { value, since: now });
    return 0;
  }

  /** Forgets everything that is not in the list. */
  keepOnly(keys: Iterable<K>): void {
    const kept = new Set(keys);
    for (const key of this.#since.keys()) if (!kept.has(key)) this.#since.delete(key);
  }
}
