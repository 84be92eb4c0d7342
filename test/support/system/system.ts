import { Accepted, Command, HostPage, isFinal, type Host } from '@orrery/shared/contracts';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTrust } from '../../../scripts/start/trust.mjs';
import { migratedDatabase } from '../migrated-database.js';
import {
  eventually,
  shortFolder,
  startNats,
  startPostgres,
  temporaryFolder,
  type OwnCluster,
  type TestDatabase,
  type TestNats,
  type TestPostgres,
} from '../servers.js';
import { ApiProcess } from './api-process.js';
import { buildOnce, ROOT } from './build.js';
import { databaseSettings } from './database-settings.js';
import { RunningProcess } from './running-process.js';
import { Statements } from './statements.js';
import { SystemHost } from './system-host.js';
import { TcpProxy } from './tcp-proxy.js';

/** In the simulation, networks of this kind admit everybody after a second. */
export const PUBLIC = '8056c2e21c000001';
export const PUBLIC_TOO = '8056c2e21c000002';
/** In the simulation its name means private: no node is in before somebody authorizes it. */
export const PRIVATE = '8056c2e21cde0001';

/** How much longer than on an idle machine things are allowed to take here. */
const PATIENCE_MS = 60_000;

export interface SystemOptions {
  /** Names, each with the settings of its agent. */
  hosts?: readonly string[];
  agent?: (name: string) => Record<string, string>;
  api?: Record<string, string>;
  /** A cluster for this system alone, which can be killed. */
  ownPostgres?: OwnCluster;
  /** The links that go through a proxy of ours. */
  through?: readonly ('agents-nats' | 'api-nats' | 'postgres')[];
  /** False: servers only; the test starts API and agents. */
  start?: boolean;
}

interface Servers {
  postgres: TestPostgres;
  database: TestDatabase;
  nats: TestNats;
  home: string;
  /** Where its simulated hosts find each other. */
  world: string;
}

type Proxies = Record<'agents-nats' | 'api-nats' | 'postgres', TcpProxy | undefined>;

/** API, agents on simulated hosts, Postgres and NATS: all of Orrery as processes, on loopback. */
export class System {
  readonly hosts = new Map<string, SystemHost>();
  /** IDs of all commands whose acceptance was acknowledged. */
  readonly accepted = new Set<string>();
  /** Replicas, the first being `api`. */
  readonly replicas: ApiProcess[] = [];

  /** Queries of a test to the database itself. */
  readonly statements: Statements;

  private constructor(
    private readonly servers: Servers,
    readonly proxies: Proxies,
    private readonly options: SystemOptions,
  ) {
    this.statements = new Statements(servers.database.url);
  }

  static async start(options: SystemOptions = {}): Promise<System> {
    await buildOnce();
    const home = await temporaryFolder('api');
    // As npm start does it: a separate process costs less than the bus in every test file.
    const trust = await makeTrust({ secrets: join(home, 'secrets') }, ROOT);
    const [postgres, nats] = await Promise.all([
      startPostgres({ own: options.ownPostgres ?? false }),
      startNats({ trust }),
    ]);
    const database = await migratedDatabase(postgres);
    const proxied = (name: keyof Proxies, port: number) =>
      options.through?.includes(name) ? TcpProxy.start(port) : undefined;
    const proxies: Proxies = {
      'agents-nats': await proxied('agents-nats', nats.port),
      'api-nats': await proxied('api-nats', nats.port),
      postgres: await proxied('postgres', Number(new URL(database.url).port)),
    };
    const world = await shortFolder('world');
    const system = new System({ postgres, database, nats, home, world }, proxies, options);
    await system.addReplica();
    for (const name of options.hosts ?? []) await system.addHost(name);
    if (options.start === false) return system;
    await (await system.api.start()).ready();
    await Promise.all([...system.hosts.values()].map((host) => host.start()));
    await system.everybodyOnline();
    return system;
  }

  get postgres(): TestPostgres {
    return this.servers.postgres;
  }

  get database(): TestDatabase {
    return this.servers.database;
  }

  get nats(): TestNats {
    return this.servers.nats;
  }

  get api(): ApiProcess {
    const [first] = this.replicas;
    if (!first) throw new Error('there is no API');
    return first;
  }

  /** Another replica; not started. */
  async addReplica(): Promise<ApiProcess> {
    const { proxies, nats, database } = this;
    const env = {
      ...(await databaseSettings(proxies.postgres?.through(database.url) ?? database.url)),
      NATS_URL: proxies['api-nats']?.through(nats.url) ?? nats.url,
      ORRERY_AGENT_NATS_URL: proxies['agents-nats']?.through(nats.url) ?? nats.url,
      ORRERY_HEARTBEAT_SECONDS: '1',
      ...this.options.api,
    };
    const replica = await ApiProcess.create(env, this.servers.home);
    this.replicas.push(replica);
    return replica;
  }

  /** Not started. */
  async addHost(name: string, more: Record<string, string> = {}): Promise<SystemHost> {
    const world = { ORRERY_SIMULATED_WORLD: this.servers.world };
    const host = await SystemHost.create(name, this.api, { ...world, ...this.options.agent?.(name), ...more });
    this.hosts.set(name, host);
    return host;
  }

  host(name: string): SystemHost {
    const host = this.hosts.get(name);
    if (!host) throw new Error(`there is no host ${name}`);
    return host;
  }

  sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.statements.ask(text, values);
  }

  async presences(): Promise<Record<string, Host['presence']>> {
    const { items } = await this.api.get('/v1/hosts', HostPage);
    return Object.fromEntries(items.map(({ name, presence }) => [name, presence]));
  }

  async presence(name: string, presence: Host['presence'], within = PATIENCE_MS): Promise<void> {
    const is = async () => (await this.presences())[name] === presence;
    await eventually(is, { within, every: 100, what: `${name} is ${presence}` });
  }

  async everybodyOnline(within = PATIENCE_MS): Promise<void> {
    const running = [...this.hosts.values()].filter(({ isRunning }) => isRunning);
    for (const { name } of running) await this.presence(name, 'online', within);
  }

  /** A change through the API, like any client's. */
  async change(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Command> {
    const { command } = await this.api.insist(method, path, Accepted, { body, headers });
    this.accepted.add(command.id);
    return command;
  }

  launch(host: string, name: string, network = PUBLIC, more: object = {}): Promise<Command> {
    return this.change('POST', `/v1/hosts/${host}/containers`, { name, networks: [network], ...more });
  }

  command(id: string): Promise<Command> {
    return this.api.get(`/v1/commands/${id}`, Command);
  }

  /** Resolves with the command as soon as its state is one of these. */
  async reaches(id: string, states: readonly Command['state'][], within = PATIENCE_MS): Promise<Command> {
    let command: Command | undefined;
    const reached = async () => {
      command = await this.command(id);
      return states.includes(command.state) && command;
    };
    return eventually(reached, { within, every: 100, what: `command ${id} is ${states.join(' or ')}` }).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(command)}`, { cause: error });
      },
    );
  }

  /** Resolves when the command is done; fails at once when it ends in any other way. */
  async done(id: string, within = PATIENCE_MS): Promise<Command> {
    const ends = ['done', 'failed', 'cancelled', 'superseded'] as const;
    const command = await this.reaches(id, ends, within);
    if (command.state !== 'done' || !isFinal(command.state))
      throw new Error(`command ${id} ended as ${command.state}: ${JSON.stringify(command.outcome)}`);
    return command;
  }

  /** The real binary; resolves with its result, whatever that is. */
  async cli(...args: string[]): Promise<{ code: number | null; out: string; stdout: string }> {
    const process = await this.startCli(...args);
    await eventually(() => process.exited, { within: 90_000, what: `orrery ${args.join(' ')} ends` });
    return { code: process.child.exitCode, out: process.output, stdout: process.stdout };
  }

  startCli(...args: string[]): Promise<RunningProcess> {
    const env = { ORRERY_URL: this.api.url, ORRERY_HOME: this.api.home };
    return RunningProcess.start('apps/cli/bin/orrery.mjs', env, args);
  }

  async close(): Promise<void> {
    const started = [...this.hosts.values(), ...this.replicas].filter(({ wasStarted }) => wasStarted);
    await Promise.all(started.map(({ process }) => process.kill()));
    await this.#keepLogs();
    for (const proxy of Object.values(this.proxies)) await proxy?.close();
    await this.statements.disconnect();
    await this.nats.close();
    await this.postgres.close();
  }

  /** ORRERY_TEST_LOGS: a folder for the output of the processes, for finding the cause of a failure. */
  async #keepLogs(): Promise<void> {
    const folder = process.env['ORRERY_TEST_LOGS'];
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    for (const [name, host] of this.hosts) await writeFile(join(folder, `${name}.log`), host.output);
    for (const [index, replica] of this.replicas.entries())
      await writeFile(join(folder, `api-${index}.log`), replica.output);
  }
}
