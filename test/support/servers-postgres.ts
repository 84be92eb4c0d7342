import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { startPostgres } from '../../scripts/servers/postgres.mjs';

type Server = Awaited<ReturnType<typeof startPostgres>>;

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** First closes other connections to it. */
  drop(): Promise<void>;
}

/** A running cluster. Operations that only the owner of a cluster is allowed to do throw on the shared one. */
export class TestPostgres {
  readonly #databases = new Set<string>();
  readonly #launch: (() => Promise<Server>) | undefined;
  #server: Server;

  constructor(server: Server, launch: (() => Promise<Server>) | undefined) {
    this.#server = server;
    this.#launch = launch;
  }

  /** Of the database `postgres`, as superuser. */
  get url(): string {
    return this.#server.databaseUrl('postgres');
  }

  /** False: a separate cluster. */
  get isShared(): boolean {
    return this.#launch === undefined;
  }

  async createDatabase({ template = 'template1' } = {}): Promise<TestDatabase> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await this.#query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    this.#databases.add(name);
    return { name, url: this.#server.databaseUrl(name), drop: () => this.#drop(name) };
  }

  /** Drops the databases created here; deletes a separate cluster. */
  async close(): Promise<void> {
    if (this.#launch) {
      this.#server.signalAll('SIGCONT');
      await this.#server.kill();
      this.#server.destroy();
      return;
    }
    for (const name of this.#databases) await this.#drop(name);
  }

  /** SIGKILL, like a crash. */
  async kill(): Promise<void> {
    this.#owned();
    await this.#server.kill();
  }

  async stop(): Promise<void> {
    this.#owned();
    await this.#server.stop();
  }

  /** SIGSTOP to all of its processes: connections stay open, the kernel accepts new ones, and nobody answers. */
  freeze(): void {
    this.#owned();
    this.#server.signalAll('SIGSTOP');
  }

  /** SIGCONT: every process continues where it was. */
  thaw(): void {
    this.#owned();
    this.#server.signalAll('SIGCONT');
  }

  /** Again on the same port with the same data. */
  async start(): Promise<void> {
    const launch = this.#owned();
    if (!this.#server.isAlive()) this.#server = await launch();
  }

  #owned(): () => Promise<Server> {
    if (!this.#launch)
      throw new Error('This cluster is shared by the whole run. Ask for startPostgres({ own: true }).');
    return this.#launch;
  }

  async #drop(name: string): Promise<void> {
    await this.#query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    this.#databases.delete(name);
  }

  async #query(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
