import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeId } from '@orrery/shared/contracts';
import { eventually } from '../eventually.js';
import { temporaryFolder } from '../servers.js';
import type { ApiProcess } from './api-process.js';
import { RunningProcess } from './running-process.js';

const MAIN = 'apps/agent/dist/program.js';

interface Daemon {
  identityPublic: string;
  /** Its networks.d. */
  files: Record<string, string>;
}

export interface SimulatedContainer {
  item: string;
  node: NodeId;
  name: string;
  engineId: string;
  state: string;
  startedAt: string | null;
  daemon: Daemon;
}

/** A simulated host's state on disk. */
export interface SimulatedState {
  host: Daemon;
  containers: SimulatedContainer[];
}

/** A simulated host: its state folder, and the process of its agent. */
export class SystemHost {
  #process: RunningProcess | undefined;
  readonly #earlier: RunningProcess[] = [];

  private constructor(
    readonly name: string,
    readonly home: string,
    private readonly env: Record<string, string>,
  ) {}

  static async create(name: string, api: ApiProcess, more: Record<string, string> = {}): Promise<SystemHost> {
    const home = await temporaryFolder(name);
    return new SystemHost(name, home, {
      ...{ ORRERY_AGENT_HOME: home, ORRERY_URL: api.url, ORRERY_HOST_NAME: name, ORRERY_SIMULATE: 'true' },
      ORRERY_JOIN_SECRET_FILE: join(api.home, 'secrets', 'join.secret'),
      ...more,
    });
  }

  get process(): RunningProcess {
    if (!this.#process) throw new Error(`the agent of ${this.name} was never started`);
    return this.#process;
  }

  get wasStarted(): boolean {
    return this.#process !== undefined;
  }

  get isRunning(): boolean {
    return this.#process !== undefined && !this.#process.exited;
  }

  get output(): string {
    return [...this.#earlier, ...(this.#process ? [this.#process] : [])].map(({ output }) => output).join('');
  }

  async start(more: Record<string, string> = {}): Promise<this> {
    if (this.#process) this.#earlier.push(this.#process);
    this.#process = await RunningProcess.start(MAIN, { ...this.env, ...more });
    return this;
  }

  /** Resolves when this start of the agent has been welcomed by the API. */
  async welcomed(within = 60_000): Promise<this> {
    await eventually(() => this.process.said('hello.welcome'), { within, what: `the API welcomes ${this.name}` });
    return this;
  }

  /** The same host's folder under another agent, as a clone of the machine has it. */
  cloneInto(home: string): SystemHost {
    return new SystemHost(this.name, home, { ...this.env, ORRERY_AGENT_HOME: home });
  }

  async simulated(): Promise<SimulatedState> {
    return JSON.parse(await readFile(join(this.home, 'simulated.json'), 'utf8')) as SimulatedState;
  }

  /** Changes the host behind the agent's back. Only while the agent is down, because it keeps the state in memory. */
  async tamper(change: (state: SimulatedState) => void): Promise<void> {
    const state = await this.simulated();
    change(state);
    await writeFile(join(this.home, 'simulated.json'), JSON.stringify(state));
  }

  /** Nodes that have an identity on the disk, with their addresses. */
  async identities(): Promise<Map<string, string>> {
    const folder = join(this.home, 'identities');
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    const entries = names.map(async (name): Promise<[string, string]> => {
      const { address } = JSON.parse(await readFile(join(folder, name), 'utf8')) as { address: string };
      return [name.replace('.json', ''), address];
    });
    return new Map(await Promise.all(entries));
  }

  /** The position of the agent's journal. */
  async journal(): Promise<{ epoch: string; head: number }> {
    return JSON.parse(await readFile(join(this.home, 'journal.head'), 'utf8')) as never;
  }

  /** Admits every node of this host, as the owner of a simulated private network would. */
  async authorize(network: string): Promise<void> {
    await mkdir(join(this.home, 'authorized'), { recursive: true });
    await writeFile(join(this.home, 'authorized', network), '');
  }
}
