/**
 * Runs a limited number of tasks at a time; the others wait and run in order of arrival. Each keeps its own async context: work in the
 * scope of one token must not run in the scope of whichever task made room. (p-limit does that from version 4 on, but tools install an
 * older one at the root of node_modules, where tests would find it.)
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(private readonly atATime: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.atATime) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/**
 * Runs `work` for each element, a few at a time, and returns the results in the order of `all`. After a failure nothing more is started;
 * the failure is thrown once the running work has ended.
 */
export async function fewAtATime<T, R>(few: number, all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const turns = new Turns(few);
  const results: R[] = [];
  let failure: { error: unknown } | undefined;
  const attempt = async (one: T, at: number) => {
    if (failure) return;
    try {
      results[at] = await work(one);
    } catch (error) {
      failure ??= { error };
    }
  };
  await Promise.all(all.map((one, at) => turns.run(() => attempt(one, at))));
  if (failure) throw failure.error;
  return results;
}
