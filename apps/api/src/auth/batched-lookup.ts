import { timingSafeEqual } from 'node:crypto';

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

const MOST_KNOWN = 10_000;

/** Looks up secrets by their hashes. Those that were valid before do not queue behind guesses. */
export class SecretLookup<Found extends { hash: Buffer }> {
  readonly #known = new Set<string>();
  readonly #first: BatchedLookup<Found>;
  readonly #again: BatchedLookup<Found>;

  constructor(findValid: (hashes: Buffer[]) => Promise<Found[]>) {
    const query = async (hashes: Buffer[]) =>
      new Map((await findValid(hashes)).map((found) => [found.hash.toString('base64'), found]));
    this.#first = new BatchedLookup(query);
    this.#again = new BatchedLookup(query);
  }

  /** Undefined: it is not valid now. */
  async find(hash: Buffer): Promise<Found | undefined> {
    const key = hash.toString('base64');
    const found = await (this.#known.has(key) ? this.#again : this.#first).find(hash);
    if (!found || !timingSafeEqual(found.hash, hash)) {
      this.#known.delete(key);
      return undefined;
    }
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(key);
    return found;
  }
}
