import pg from 'pg';

/**
 * Handwritten statements, over connections that are kept, because logging in costs Postgres and us more than most
 * statements. A connection that the other side closes is replaced when it is needed.
 */
export class Statements {
  #pool: pg.Pool | undefined;

  constructor(private readonly url: string) {}

  async ask<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.#pool ??= this.#connect();
    return (await this.#pool.query(text, values)).rows as Row[];
  }

  /** Closes all connections until the next statement, for operations that Postgres does only on an unused database. */
  async disconnect(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }

  #connect(): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.url, max: 4, idleTimeoutMillis: 0 });
    // The statement reports the error to its caller; an idle connection that ends does not matter.
    return pool.on('error', () => undefined).on('connect', (client) => void client.on('error', () => undefined));
  }
}
