/** Most that one query asks for. */
const MOST_IN_A_BATCH = 500;

interface Question<Found> {
  hash: Buffer;
  answers: { resolve: (found: Found | undefined) => void; reject: (error: unknown) => void }[];
}

/**
 * Looks hashes up, all that wait in one query and one query at a time: 10,000 guesses a second cost the database a few hundred small
 * queries, and never more than one of its connections. Whoever asks waits for the query that is under way, and for theirs.
 */
export class BatchedLookup<Found> {
  readonly #waiting = new Map<string, Question<Found>>();
  #isRunning = false;

  /** `query` answers for each hash that is known, by `hash` in base64. */
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
        // Those behind it would wait as long again for the same answer: a database that is away is noticed after seconds.
        const all = [...batch, ...this.#waiting];
        this.#waiting.clear();
        for (const [, { answers }] of all) for (const { reject } of answers) reject(error);
      }
    }
    this.#isRunning = false;
  }
}
