import pg from 'pg';

/**
 * Statements by hand, over connections that are kept: to log in costs Postgres and us more than most of what is asked. One that is
 * ended from the other side is replaced when it is needed.
 */
export class Statements {
  #pool: pg.Pool | undefined;

  constructor(private readonly url: string) {}

  async ask<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.#pool ??= this.#connect();
    return (await this.#pool.query(text, values)).rows as Row[];
  }

  /** Nobody is connected any more, until the next statement: for what Postgres does only to a database that nobody uses. */
  async disconnect(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }

  #connect(): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.url, max: 4, idleTimeoutMillis: 0 });
    // Whoever asks is told by the statement; an idle connection that ends is no news.
    return pool.on('error', () => undefined).on('connect', (client) => void client.on('error', () => undefined));
  }
}
