import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, freePort } from '../servers.js';
import { ApiClient } from './api-client.js';
import { RunningProcess } from './running-process.js';

const MAIN = 'apps/api/dist/program.js';

export interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; cause?: string }>;
}

/** A replica of the API as a process; it restarts on the same port with the same secrets. */
export class ApiProcess extends ApiClient {
  #process: RunningProcess | undefined;
  readonly #earlier: RunningProcess[] = [];

  private constructor(
    readonly home: string,
    port: number,
    private readonly env: Record<string, string>,
  ) {
    super(`http://127.0.0.1:${port}`, () => this.secret('admin.token'));
  }

  /** `home`: replicas share it, and with it the keys of NATS. */
  static async create(env: Record<string, string>, home: string): Promise<ApiProcess> {
    const port = await freePort();
    return new ApiProcess(home, port, { ORRERY_HOME: home, ORRERY_PORT: String(port), ...env });
  }

  get process(): RunningProcess {
    if (!this.#process) throw new Error('the API was never started');
    return this.#process;
  }

  get wasStarted(): boolean {
    return this.#process !== undefined;
  }

  /** The output of all its processes. */
  get output(): string {
    return [...this.#earlier, ...(this.#process ? [this.#process] : [])].map(({ output }) => output).join('');
  }

  async secret(name: string): Promise<string> {
    return (await readFile(join(this.home, 'secrets', name), 'utf8')).trim();
  }

  /** Resolves when it answers at all. */
  async start(more: Record<string, string> = {}): Promise<this> {
    if (this.#process) this.#earlier.push(this.#process);
    const process = await RunningProcess.start(MAIN, { ...this.env, ...more });
    this.#process = process;
    const answers = async () => process.exited || (await fetch(`${this.url}/healthz`)).ok;
    await eventually(answers, { within: 60_000, what: 'the API answers' });
    return this;
  }

  async readiness(): Promise<Readiness> {
    return (await (await fetch(`${this.url}/readyz`)).json()) as Readiness;
  }

  /** Resolves when database, migrations and NATS are ready. */
  async ready(within = 60_000): Promise<this> {
    const isReady = async () => this.process.exited || (await this.readiness()).ready;
    await eventually(isReady, { within, what: 'the API is ready', every: 50 });
    if (this.process.exited) throw new Error(`the API has ended: ${this.process.output.slice(-2000)}`);
    return this;
  }
}
