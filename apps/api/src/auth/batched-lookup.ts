/** The maximum number of hashes in one query. */
const MOST_IN_A_BATCH = 500;

interface Question<Found> {
  hash: Buffer;
  answers: { resolve: (found: Found | undefined) => void; reject: (error: unknown) => void }[];
}

/**
 * Looks up hashes, all waiting ones in one query and one query at a time: 10,000 guesses a second cost the database a
 * few hundred small queries, and never more than one of its connections. A caller waits for the query under way and for
 * its own.
 */
export class BatchedLookup<Found> {
  readonly #waiting = new Map<string, Question<Found>>();
  #isRunning = false;

  /** `query` returns an answer for each known hash, by `hash` in base64. */
  constructor(private readonly query: (hashes: Buffer[]) => Promise<ReadonlyMap<string, Found>>) {}

  find(hash: Buffer): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      const key = hash.toString('base64');
      const asked = this.#waiting.get(key) ?? { hash, answers: [] };
      asked.answers.push({ resolve, reject });
      this.#waiting.set(key, asked);
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, MOST_IN_A_BATCH);
      for (const [key] of batch) this.#waiting.delete(key);
      try {
        const found = await this.query(batch.map(([, { hash }]) => hash));
        for (const [key, { answers }] of batch) for (const { resolve } of answers) resolve(found.get(key));
      } catch (error) {
        // Fail those behind it as well: they would wait again for seconds, only to get the same answer.
        const all = [...batch, ...this.#waiting];
        this.#waiting.clear();
        for (const [, { answers }] of all) for (const { reject } of answers) reject(error);
      }
    }
    this.#isRunning = false;
  }
}
