import pg from 'pg';

/** How long a statement may be silent before checking whether the server responds at all. */
const SILENT_MS = 500;
/**
 * How long the server may take to respond. Together less than four seconds, so that a client gets an answer within
 * five.
 */
const ANSWER_MS = 3000;
/** A statement may take long, so the server is checked repeatedly as long as it runs. */
const AGAIN_MS = 1000;
/** If our own process was stalled meanwhile, a missing response proves nothing. */
const STALLED_MS = 2000;

/**
 * Checks whether a silent Postgres is still there. The server's own timeouts do not help when it hangs (stopped,
 * swapped out, cut off by a firewall that drops packets), and a client-side limit for each statement would also end
 * those that may take long: migrations, pruning. So a second connection checks while a statement is silent.
 */
export class ServerLiveness {
  #asking: Promise<boolean> | undefined;

  constructor(private readonly connectionString: string) {}

  /**
   * Calls back once if the server does not respond while a statement is running. Returns a function that stops
   * watching.
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

  /** Statements that are silent at the same time share one check. */
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
      // A refusal is a response: too many connections, or starting up.
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
 * Connections of which none waits forever. If its server does not respond, a connection is destroyed and never used
 * again: a late answer would be taken for that of another statement.
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
