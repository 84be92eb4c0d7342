// All that `npm start` runs: servers, API, agents. Up in this order, down in the reverse.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startNats } from '../servers/nats-server.mjs';
import { startPostgres } from '../servers/postgres.mjs';
import { step } from '../setup/steps.mjs';
import { Keeper } from './keeper.mjs';
import { authority, authorityFile, isLoopback, makeTls } from './outside.mjs';
import { environment, launchProgram, untilReady } from './program.mjs';
import { makeTrust } from './trust.mjs';

const API_WITHIN_MS = 30_000;
/** What no agent needs to know. `DOCKER_HOST` is part of a host's plan. */
const OF_THE_API = ['DATABASE_URL', 'ORRERY_DATABASE_PASSWORD_FILE', 'NATS_URL', 'DOCKER_HOST', 'ORRERY_DOCKER_SOCKET'];
/** Three seconds in all. What does not end in its time is killed: whatever matters is on disk by then. */
const STOP_WITHIN_MS = { agents: 900, api: 900, nats: 300, postgres: 700 };

/** @typedef {ReturnType<typeof import('./settings.mjs').readSettings>} Settings */

export class Stack {
  /** @type {Keeper[]} */
  #agents = [];
  /** @type {Record<'api' | 'nats' | 'postgres', Keeper | undefined>} */
  #kept = { api: undefined, nats: undefined, postgres: undefined };

  /**
   * @param {Settings} settings
   * @param {{ root: string, say?: (line: string) => void }} options
   */
  constructor(settings, { root, say = console.log }) {
    this.settings = settings;
    this.root = root;
    this.say = say;
  }

  async startServers() {
    const { databaseUrl, natsUrl, logs } = this.settings;
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    if (databaseUrl) this.say('· Postgres: the one of DATABASE_URL');
    if (natsUrl) this.say('· NATS: the one of NATS_URL');
    const own = [databaseUrl ? '' : 'Postgres', natsUrl ? '' : 'NATS'].filter(Boolean);
    if (own.length > 0) await step(`Starting ${own.join(' and ')}`, (say) => this.#startOwnServers(say));
  }

  async #startOwnServers(say) {
    const { home, logs, databaseUrl, natsUrl } = this.settings;
    const adopted = [];
    const noted = (name, server) => {
      if (server.adopted) adopted.push(`${name} was still running and is taken over`);
      return server;
    };
    const postgres = async (options) => {
      const server = await startPostgres({
        dir: join(home, 'postgres'),
        passwordFile: this.#passwordFile,
        logFile: join(logs, 'postgres.log'),
        ...options,
      });
      this.databaseUrl = server.url;
      return noted('Postgres', server);
    };
    const nats = async (options) => {
      const trust = await makeTrust(this.settings, this.root);
      const files = { dir: join(home, 'nats'), trust, logFile: join(logs, 'nats.log') };
      const outside = await this.#outside();
      const server = await startNats({ ...files, name: 'orrery', say, ...outside, ...options });
      this.natsUrl = outside.tls ? server.url.replace(/^nats:/, 'tls:') : server.url;
      if (outside.tls) this.agentNatsUrl = `tls://${this.#hostForAgents()}:${server.port}`;
      return noted('NATS', server);
    };
    await Promise.all([
      databaseUrl ? undefined : this.#keepServer('postgres', 'Postgres', postgres),
      natsUrl ? undefined : this.#keepServer('nats', 'NATS', nats),
    ]);
    return adopted.join(', ') || undefined;
  }

  /** When the API is reached from outside, NATS is, too, on the same address, and shows the same certificate. */
  async #outside() {
    const tls = await makeTls(this.settings, this.root);
    return tls ? { tls, listen: isLoopback(this.settings.listen) ? '127.0.0.1' : this.settings.listen } : {};
  }

  #hostForAgents() {
    const { publicUrl, url } = this.settings;
    return new URL(publicUrl ?? url).hostname;
  }

  /** Started again, a server must come back on its port: the API and the agents know it by that. */
  #keepServer(key, name, start) {
    let port;
    const launch = async () => {
      const server = await start(port ? { port } : {});
      port = server.port;
      return server;
    };
    return this.#keep(key, { name, launch, say: this.say, log: join(this.settings.logs, `${key}.log`) });
  }

  startApi() {
    return step('Starting the API', async () => {
      const { home, port, listen, logs, url, run } = this.settings;
      const logFile = join(logs, 'api.log');
      const natsUrl = this.settings.natsUrl ?? this.natsUrl;
      const own = {
        ORRERY_HOME: home,
        ORRERY_PORT: String(port),
        ORRERY_LISTEN: listen,
        ...this.#databaseSettings(),
        NATS_URL: natsUrl,
        ...(this.settings.publicUrl ? { ORRERY_PUBLIC_URL: this.settings.publicUrl } : {}),
        ...(this.agentNatsUrl ? { ORRERY_AGENT_NATS_URL: process.env.ORRERY_AGENT_NATS_URL || this.agentNatsUrl } : {}),
      };
      const program = {
        name: 'api',
        path: 'apps/api/dist/program.js',
        env: environment(own),
        logFile,
        run,
        cwd: this.root,
      };
      const keeper = await this.#keep('api', {
        name: 'API',
        launch: () => launchProgram(program),
        say: this.say,
        log: logFile,
      });
      const isAlive = () => keeper.isAlive();
      const ca = () => authority(this.settings);
      await untilReady(`${url}/readyz`, { within: API_WITHIN_MS, isAlive, logFile, name: 'The API', ca });
    });
  }

  /** A database of one's own comes with settings of its own; ours keeps its password in a file, not in an environment. */
  #databaseSettings() {
    if (this.settings.databaseUrl || !this.databaseUrl) return {};
    const url = new URL(this.databaseUrl);
    url.password = '';
    return { DATABASE_URL: url.href, ORRERY_DATABASE_PASSWORD_FILE: this.#passwordFile };
  }

  get #passwordFile() {
    return join(this.settings.secrets, 'postgres.password');
  }

  /** @param {import('./hosts.mjs').HostPlan[]} hosts */
  async startAgents(hosts) {
    const { logs, url, secrets, run } = this.settings;
    const ca = authorityFile(this.settings);
    for (const { name, simulated, labels, home, env } of hosts) {
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const logFile = join(logs, simulated ? `agent-${name}.log` : 'agent.log');
      const own = {
        ORRERY_AGENT_HOME: home,
        ORRERY_URL: url,
        ...(ca ? { ORRERY_API_CA: ca } : {}),
        ORRERY_JOIN_SECRET_FILE: process.env.ORRERY_JOIN_SECRET_FILE ?? join(secrets, 'join.secret'),
        ORRERY_HOST_NAME: name,
        ORRERY_HOST_LABELS: labels,
        ORRERY_SIMULATE: String(simulated),
        ...env,
      };
      const allEnv = environment(own, OF_THE_API);
      const program = {
        name: `agent-${name}`,
        path: 'apps/agent/dist/program.js',
        env: allEnv,
        logFile,
        run,
        cwd: this.root,
      };
      const keeper = new Keeper({
        name: `agent of ${name}`,
        launch: () => launchProgram(program),
        say: this.say,
        log: logFile,
      });
      this.#agents.push(keeper);
      await keeper.start();
    }
  }

  async #keep(key, kept) {
    const keeper = new Keeper(kept);
    this.#kept[key] = keeper;
    await keeper.start();
    return keeper;
  }

  /** Agents, API, NATS, Postgres: each still has what it needs while it stops. */
  async stop() {
    await Promise.all(this.#agents.map((agent) => agent.stop(STOP_WITHIN_MS.agents)));
    await this.#kept.api?.stop(STOP_WITHIN_MS.api);
    await this.#kept.nats?.stop(STOP_WITHIN_MS.nats);
    await this.#kept.postgres?.stop(STOP_WITHIN_MS.postgres);
  }
}
