import pg from 'pg';

/** How long a statement may be silent before the server is asked whether it is there at all. */
const SILENT_MS = 500;
/** How long it has to answer. Together less than four seconds, so that whoever waits gets an answer within five. */
const ANSWER_MS = 3000;
/** A statement may take long: as long as it runs, the server is asked again and again. */
const AGAIN_MS = 1000;
/** When we did not run ourselves meanwhile, nothing is proven. */
const STALLED_MS = 2000;

/**
 * Whether a Postgres that says nothing is still there. The server's own time-outs are worth nothing when it stands still (stopped, swapped
 * out, cut off by a firewall that drops packets), and a limit on our side for each statement would also end those that lawfully take long:
 * migrations, pruning. So a second connection asks, while a statement is silent.
 */
export class ServerLiveness {
  #asking: Promise<boolean> | undefined;

  constructor(private readonly connectionString: string) {}

  /**
   * Calls back once when the server is found not to answer while something is under way. Gives the way to stop watching.
   */
  watch(dead: (cause: Error) => void): () => void {
    let isOver = false;
    let timer: NodeJS.Timeout;
    const began = performance.now();
    const lookAfter = (ms: number) => {
      timer = setTimeout(() => void look(), ms);
    };
    const look = async () => {
      const isAlive = await this.#isAlive();
      if (isOver) return;
      if (isAlive) lookAfter(AGAIN_MS);
      else dead(noAnswer(performance.now() - began));
    };
    lookAfter(SILENT_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  /** All that are silent at the same time share one question. */
  #isAlive(): Promise<boolean> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    const began = performance.now();
    const client = new pg.Client({
      connectionString: this.connectionString,
      application_name: 'orrery-api liveness',
      connectionTimeoutMillis: ANSWER_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      // Who is refused was answered: too many connections, starting up.
      if (error instanceof pg.DatabaseError) return true;
      return performance.now() - began > ANSWER_MS + STALLED_MS ? await this.#ask() : false;
    } finally {
      client.end().catch(() => undefined);
    }
  }
}

const noAnswer = (ms: number) =>
  Object.assign(new Error(`the database has not answered for ${Math.round(ms)} ms`), { code: 'ETIMEDOUT' });

/**
 * Connections of which none waits for ever. One whose server does not answer is destroyed, never used again: a late answer would be taken for
 * that of another statement.
 */
export function watchedClient(connectionString: string): typeof pg.Client {
  const liveness = new ServerLiveness(connectionString);
  return class WatchedClient extends pg.Client {
    override query(...asked: unknown[]): never {
      const answer: unknown = (super.query as (...all: unknown[]) => unknown)(...asked);
      if (!(answer instanceof Promise)) return answer as never;
      const stop = liveness.watch((cause) => streamOf(this).destroy(cause));
      return answer.finally(stop) as never;
    }
  };
}

/** The types of pg do not show it. */
const streamOf = (client: pg.Client) =>
  (client as unknown as { connection: { stream: { destroy(cause: Error): void } } }).connection.stream;
