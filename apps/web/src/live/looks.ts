import type { QueryClient } from '@tanstack/react-query';
import { nameOf } from './kept-answers.js';
import { isTouched } from './touched.js';

/** What is asked again: the answers of one path, such as `/v1/hosts/{host}`. */
interface Answers {
  /** The paths of which there are answers here. */
  paths(): readonly string[];
  /** Asks again for those that somebody looks at, and marks the others as old. */
  look(path: string): Promise<unknown>;
}

/** Many events at once become one look. */
const GATHER_MS = 150;
const LEAST_MS = 1000;
/** An answer that takes long is asked for less often, so that a slow API is not made slower. */
const REST = 3;

/**
 * Asks again for what events touched: each path at most once a second, never while its answer is on its way, and not at
 * all while nobody sees the page.
 */
export class Looks {
  readonly #touched = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly #busy = new Set<string>();
  #isGathering = false;

  constructor(
    private readonly answers: Answers,
    private readonly isHidden: () => boolean,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `touched`: beginnings of paths. */
  want(touched: readonly string[]): void {
    for (const start of touched) this.#touched.add(start);
    if (touched.length === 0 || this.#isGathering) return;
    this.#isGathering = true;
    setTimeout(() => this.#gathered(), GATHER_MS);
  }

  /** The page is seen again. */
  resume(): void {
    for (const path of this.#wanted) this.#begin(path);
  }

  #gathered(): void {
    this.#isGathering = false;
    const touched = new Set(this.#touched);
    this.#touched.clear();
    for (const path of new Set(this.answers.paths())) if (isTouched(path, touched)) this.#begin(path);
  }

  #begin(path: string): void {
    this.#wanted.add(path);
    if (this.#busy.has(path) || this.isHidden()) return;
    this.#busy.add(path);
    void this.#look(path);
  }

  async #look(path: string): Promise<void> {
    this.#wanted.delete(path);
    const begun = this.now();
    // What failed is said where it is shown.
    await this.answers.look(path).catch(() => undefined);
    const took = this.now() - begun;
    setTimeout(
      () => {
        this.#busy.delete(path);
        if (this.#wanted.has(path)) this.#begin(path);
      },
      Math.max(LEAST_MS - took, took * REST, 0),
    );
  }
}

export const answersOf = (queries: QueryClient): Answers => ({
  paths: () =>
    queries
      .getQueryCache()
      .getAll()
      .map(({ queryKey }) => nameOf(queryKey)),
  look: (path) => queries.invalidateQueries({ predicate: ({ queryKey }) => nameOf(queryKey) === path }),
});
