import {
  Accepted,
  Admission,
  AdmissionPage,
  ApiTokenMade,
  Container,
  Controller,
  Host,
  JoinTokenMade,
  KeptRoute,
  Membership,
  Network,
  NetworkMade,
  RouteAdded,
  type Call,
  type CallReply,
  type NetworkId,
} from '@orrery/shared/contracts';
import type { RunningApi } from '../api.js';
import { ControllerHost, newAddress } from '../controller-host.js';
import { keyOf, newInstallation } from '../host-proof.js';
import { joinHost, ListeningAgent } from '../joined-host.js';
import { eventually } from '../servers.js';

/** One request that can be carried out, made for one operation. */
export interface Request {
  path: string;
  /** Query parameters besides those under test. */
  query?: Record<string, string>;
  body?: Record<string, unknown>;
  /** The version of the thing that it changes, if that has one. */
  version?: () => Promise<number>;
}

const FOREIGN = '8056c2e21c00000a';

/** Everything that a change needs to exist, created anew for each, so that no change interferes with another. */
export class World {
  readonly #agents: ListeningAgent[] = [];
  #count = 0;

  private constructor(
    private readonly api: RunningApi,
    private readonly keeper: ControllerHost,
  ) {}

  static async make(api: RunningApi): Promise<World> {
    return new World(api, await ControllerHost.join(api, 'keeper'));
  }

  async close(): Promise<void> {
    await Promise.all([this.keeper.agent, ...this.#agents].map((agent) => agent.close()));
  }

  /** Calls to agents that change something. */
  get done(): string[] {
    const calls = [this.keeper.agent, ...this.#agents].flatMap((agent) => agent.calls);
    return calls.flatMap(({ op }) => (op.op === 'rotate-key' || op.op === 'probe' ? [op.op] : []));
  }

  /** A request for each operation, by the name of the operation. */
  readonly requests: Record<string, () => Promise<Request>> = {
    fanOut: async () => {
      const walk = `w${++this.#count}`;
      await this.#host({ walk });
      const command = { action: 'launch', name: 'demo', spec: { networks: [FOREIGN] } };
      return { path: '/v1/commands', body: { selector: `walk=${walk}`, command, confirm: 1 } };
    },
    cancelCommand: async () => {
      const { name } = await joinHost(this.api, this.#name());
      const body = { name: 'demo', networks: [FOREIGN] };
      const { command } = (await this.api.ask('POST', `/v1/hosts/${name}/containers`, Accepted, { body })).body;
      return { path: `/v1/commands/${command.id}` };
    },
    addController: async () => ({
      path: '/v1/controllers',
      body: { kind: 'self-hosted', node: await this.#host(), name: this.#name() },
    }),
    changeController: async () => ({ ...(await this.#controller()), body: { name: this.#name() } }),
    removeController: () => this.#controller(),
    changeHost: async () => ({ ...(await this.#hostItself()), body: { setLabels: { a: 'b', c: 'd' } } }),
    removeHost: () => this.#hostItself(),
    pauseHost: () => this.#hostItself('/pause'),
    resumeHost: async () => {
      const request = await this.#hostItself('/resume');
      await this.api.ask('POST', request.path.replace('/resume', '/pause'), Host);
      return request;
    },
    revokeHost: () => this.#hostItself('/revoke'),
    rotateHost: () => this.#hostItself('/rotate'),
    launchContainer: async () => ({
      path: `/v1/hosts/${await this.#host()}/containers`,
      body: { name: 'demo', networks: [FOREIGN] },
    }),
    replaceContainer: async () => ({
      ...(await this.#container()),
      body: { networks: [FOREIGN], limits: { pids: 64, memoryMb: 300 } },
    }),
    removeContainer: () => this.#container(),
    restartContainer: () => this.#container('/restart'),
    attachWorkload: async () => ({
      path: `/v1/hosts/${await this.#host()}/attachments`,
      body: { workload: 'shop/db/1', networks: [FOREIGN] },
    }),
    detachWorkload: async () => {
      const path = `/v1/hosts/${await this.#host()}/attachments`;
      await this.api.ask('POST', path, Accepted, { body: { workload: 'shop/db/1', networks: [FOREIGN] } });
      const version = async () => (await this.api.get(`${path}/shop-db-1`, Container)).body.version;
      return { path: `${path}/shop-db-1`, version };
    },
    createJoinToken: () => Promise.resolve({ path: '/v1/join-tokens', body: { labels: { a: 'b' }, uses: 2 } }),
    revokeJoinToken: async () => {
      const { token } = (await this.api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body: {} })).body;
      return { path: `/v1/join-tokens/${token.id}` };
    },
    createToken: () => Promise.resolve({ path: '/v1/tokens', body: { name: this.#name(), role: 'viewer' } }),
    revokeToken: async () => {
      const body = { name: this.#name(), role: 'viewer' };
      const { token } = (await this.api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body;
      return { path: `/v1/tokens/${token.id}` };
    },
    createNetwork: () =>
      Promise.resolve({ path: '/v1/networks', body: { name: this.#name(), controller: this.keeper.name } }),
    nameNetwork: async () => ({ ...(await this.#network()), body: { name: this.#name() } }),
    changeNetwork: async () => ({
      ...(await this.#network()),
      body: { admission: { by: 'manual' }, config: { multicastLimit: 64 } },
    }),
    deleteNetwork: async () => {
      const { name, ...request } = await this.#network();
      return { ...request, query: { confirm: name } };
    },
    addRoute: async () => ({
      path: `${(await this.#routed()).path}/routes`,
      body: { target: '192.168.10.0/24', via: [{ host: await this.#host() }] },
    }),
    changeRoute: async () => {
      const { hosts, ...request } = await this.#route();
      return { ...request, body: { router: hosts[1] } };
    },
    removeRoute: async () => {
      const { hosts: _hosts, ...request } = await this.#route();
      return request;
    },
    putAdmission: async () => ({ ...(await this.#admission()), body: { verdict: 'authorize', name: 'printer' } }),
    forgetAdmission: () => this.#admission(),
    putAdmissions: async () => {
      const { id, path } = await this.#network();
      this.keeper.controller.showUp(id, newAddress());
      const isPending = async () =>
        (await this.api.get(`/v1/admissions?network=${id}&pending=true`, AdmissionPage)).body.items.length > 0;
      await eventually(isPending, { what: 'a node asks to be authorized' });
      return { path: `${path}/admissions`, body: { pending: true, verdict: 'deny' } };
    },
    joinNetwork: async () => ({
      ...(await this.#membership()),
      body: { settings: { allowDNS: true, allowGlobal: true } },
    }),
    leaveNetwork: () => this.#membership(),
    startProbe: async () => ({
      path: `/v1/nodes/${await this.#host()}/probes`,
      body: { target: { kind: 'ping', host: '10.1.2.3', count: 2 }, timeout: '5s' },
    }),
  };

  #name = () => `walk-${++this.#count}`;

  /** Returns its name. */
  async #host(labels: Record<string, string> = {}): Promise<string> {
    const installation = newInstallation();
    const joined = await joinHost(this.api, this.#name(), { labels, installation });
    const agent = await ListeningAgent.connect(joined);
    agent.answer = (call) => answer(call, keyOf(installation).publicKey);
    this.#agents.push(agent);
    return joined.name;
  }

  async #hostItself(more = ''): Promise<Request> {
    const path = `/v1/hosts/${await this.#host()}`;
    return { path: path + more, version: async () => (await this.api.get(path, Host)).body.version };
  }

  async #container(more = ''): Promise<Request> {
    const path = `/v1/hosts/${await this.#host()}/containers`;
    await this.api.ask('POST', path, Accepted, { body: { name: 'demo', networks: [FOREIGN] } });
    const version = async () => (await this.api.get(`${path}/demo`, Container)).body.version;
    return { path: `${path}/demo${more}`, version };
  }

  async #membership(): Promise<Request> {
    const path = `/v1/nodes/${await this.#host()}/networks/${FOREIGN}`;
    await this.api.ask('PUT', path, Accepted, { body: {} });
    return { path, version: async () => (await this.api.get(path, Membership)).body.version ?? 0 };
  }

  async #controller(): Promise<Request> {
    const body = { kind: 'self-hosted', node: await this.#host(), name: this.#name() };
    const { id } = (await this.api.ask('POST', '/v1/controllers', Controller, { body })).body;
    const path = `/v1/controllers/${id}`;
    return { path, version: async () => (await this.api.get(path, Controller)).body.version };
  }

  async #network(): Promise<Request & { id: NetworkId; name: string }> {
    const [name, admission] = [this.#name(), { by: 'manual' as const }];
    const body = { name, controller: this.keeper.name, admission, config: { multicastLimit: 32 } };
    const { id } = (await this.api.ask('POST', '/v1/networks', NetworkMade, { body })).body;
    const path = `/v1/networks/${id}`;
    return { id, name, path, version: async () => (await this.api.get(path, Network)).body.version };
  }

  /** A network with a pool, which a router needs. */
  async #routed(): Promise<{ path: string }> {
    const body = { name: this.#name(), controller: this.keeper.name };
    const { id } = (await this.api.ask('POST', '/v1/networks', NetworkMade, { body })).body;
    return { path: `/v1/networks/${id}` };
  }

  async #route(): Promise<Request & { hosts: string[] }> {
    const { path } = await this.#routed();
    const hosts = [await this.#host(), await this.#host()];
    const body = { target: '192.168.10.0/24', via: hosts.map((host) => ({ host })) };
    await this.api.ask('POST', `${path}/routes`, RouteAdded, { body });
    const route = `${path}/routes/192.168.10.0-24`;
    return { path: route, hosts, version: async () => (await this.api.get(route, KeptRoute)).body.version };
  }

  async #admission(): Promise<Request> {
    const { id } = await this.#network();
    const path = `/v1/networks/${id}/admissions/${newAddress()}`;
    await this.api.ask('PUT', path, Admission, { body: { verdict: 'deny' } });
    const version = async () =>
      (await this.api.get(`/v1/admissions?network=${id}`, AdmissionPage)).body.items[0]?.version ?? 0;
    return { path, version };
  }
}

/** An agent that accepts everything. */
function answer({ op }: Call, key: string): CallReply {
  if (op.op === 'rotate-key') return { result: 'ok', value: { key } };
  if (op.op === 'probe') return { result: 'ok', value: { probe: op.probe } };
  if (op.op === 'plan') return { result: 'ok', value: { steps: [] } };
  if (op.op === 'controller')
    return { result: 'ok', value: { result: 'probed', address: newAddress(), version: '1.14.1', networks: [] } };
  return { result: 'ok', value: {} };
}
