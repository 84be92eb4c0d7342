import {
  Accepted,
  Admission,
  ApiTokenMade,
  Controller,
  EventBatchReply,
  Host,
  JoinTokenMade,
  Network,
  NetworkMade,
  Probe,
  subjects,
  type AgentFact,
  type AnyItem,
  type JoinReply,
  type NetworkId,
  type NodeAddress,
  type NodeId,
  type Role,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { RunningApi } from '../../support/api.js';
import { newAddress, sayHello } from '../../support/controller-host.js';
import { FakeController } from '../../support/fake-controller.js';
import { joinHost, ListeningAgent } from '../../support/joined-host.js';
import { aMembership, anInterface, membershipFact } from '../../support/reports.js';
import { eventually } from '../../support/servers.js';
import { scopeOf } from '../../support/scope.js';

/** An API, and the hosts that joined it; the code that created the scene closes their agents. */
export interface Scene {
  api: RunningApi;
  hosts: TenantHost[];
}

/** A host whose agent listens, keeps networks if asked to, and reports what a test tells it to. */
export class TenantHost {
  readonly controller = new FakeController(newAddress());
  readonly #epoch = newId('epo');
  #seq = 0;

  private constructor(
    readonly joined: JoinReply,
    readonly agent: ListeningAgent,
  ) {
    agent.answer = (call) => {
      if (call.op.op === 'plan') return { result: 'ok', value: { steps: [] } };
      if (call.op.op === 'logs') return { result: 'ok', value: { text: `${joined.name} log` } };
      if (call.op.op === 'probe') return { result: 'ok', value: { probe: call.op.probe } };
      return this.controller.answer(call);
    };
  }

  /** Resolves when its controller was read three times without any change in its records. */
  async controllerIsSettled(): Promise<void> {
    let last = { records: '', reads: 0 };
    const isSettled = () => {
      const records = JSON.stringify([...this.controller.records].map(([id, all]) => [id, [...all]]));
      const reads = this.controller.asked.filter((ask) => ask.do === 'records').length;
      if (records !== last.records) last = { records, reads };
      return reads >= last.reads + 3;
    };
    await eventually(isSettled, { within: 60_000, what: 'the controller is settled' });
  }

  static async join({ api, hosts }: Scene, name: string, labels: Record<string, string>): Promise<TenantHost> {
    const joined = await joinHost(api, name, { labels });
    const host = new TenantHost(joined, await ListeningAgent.connect(joined));
    hosts.push(host);
    await sayHello(
      host.agent,
      Array.from({ length: 6 }, () => newAddress()),
    );
    return host;
  }

  async tell(...facts: AgentFact[]): Promise<void> {
    const from = this.#seq + 1;
    const events = facts.map((fact) => ({ ...fact, seq: ++this.#seq, at: new Date().toISOString() }));
    const batch = { epoch: this.#epoch, from, events };
    await this.agent.bus.request(subjects.events(this.joined.hostId), batch, EventBatchReply, 5000);
  }
}

/** One of two tenants that share an installation and must not know of each other. */
export interface Tenant {
  letter: 'a' | 'b';
  host: TenantHost;
  network: NetworkId;
  /** Everything that identifies it: the mark in all of its texts, its IDs and addresses. */
  signs: { ofHosts: string[]; ofNetworks: string[] };
  /** Its things that a request can name, by the name of the parameter. */
  pools: Record<string, string[]>;
}

/** Things that both share: a network with members of both, and a host with a container of each. */
export interface Common {
  keeper: TenantHost;
  host: TenantHost;
  network: NetworkId;
}

export async function makeCommon(scene: Scene): Promise<Common> {
  const keeper = await TenantHost.join(scene, 'keeper', { tenant: 'none' });
  const host = await TenantHost.join(scene, 'common', { tenant: 'none' });
  const { api } = scene;
  await api.ask('POST', '/v1/controllers', Controller, { body: { kind: 'self-hosted', node: 'keeper' } });
  const made = await api.ask('POST', '/v1/networks', NetworkMade, { body: { name: 'shared', controller: 'keeper' } });
  return { keeper, host, network: made.body.id };
}

/**
 * In every field that can hold text: a word with the mark of the tenant. Every change is made with a token that has the
 * mark in its name.
 */
export async function makeTenant(scene: Scene, letter: 'a' | 'b', common: Common): Promise<Tenant> {
  const { api } = scene;
  // A 9 is in no random id, so the mark is in none by chance.
  const mark = `zq9${letter}`;
  const token = await tokenOf(api, `${mark}-admin`, 'admin');
  const ask = { token };
  const host = await TenantHost.join(scene, `${mark}-host`, { tenant: letter, [`${mark}-key`]: `${mark}-value` });
  const { name, hostId, nodeId } = host.joined;
  const body = { kind: 'self-hosted', node: name, name: `${mark}-ctl` };
  const controller = (await api.ask('POST', '/v1/controllers', Controller, { ...ask, body })).body;
  const made = await api.ask('POST', '/v1/networks', NetworkMade, {
    ...ask,
    body: {
      name: `${mark}-net`,
      controller: controller.id,
      admission: { by: 'selector', selector: `!${mark}-banned` },
      config: { dns: { domain: `${mark}.example`, servers: ['10.0.0.53'] } },
    },
  });
  const network = made.body.id;
  const named = `8056c2e21c0000${letter}0`;
  await api.ask('PUT', `/v1/networks/${named}`, Network, { ...ask, body: { name: `${mark}-named` } });
  await api.ask('PATCH', `/v1/hosts/${name}`, Host, { ...ask, body: { setLabels: { [`${mark}-more`]: 'yes' } } });

  const commands: Accepted['command'][] = [];
  const change = async (method: string, path: string, body?: object) => {
    const headers = { 'idempotency-key': `${mark}-key-${commands.length}` };
    const answer = await api.ask(method, path, Accepted, { ...ask, headers, ...(body ? { body } : {}) });
    commands.push(answer.body.command);
    return answer.body.command;
  };
  const image = `registry.example/${mark}-image:1`;
  const box = await change('POST', `/v1/hosts/${name}/containers`, { name: `${mark}-box`, networks: [network], image });
  const guest = await change('POST', '/v1/hosts/common/containers', { name: `${mark}-guest`, networks: [network] });
  for (const joins of [network, named, common.network]) await change('PUT', `/v1/nodes/${name}/networks/${joins}`, {});
  await change('POST', `/v1/hosts/${name}/containers/${mark}-box/restart`);
  await change('POST', `/v1/hosts/${name}/attachments`, { workload: `${mark}-shop/db/1`, networks: [network] });

  const [own, stranger, guestAddress] = [newAddress(), newAddress(), newAddress()];
  const pool = made.body.config?.pools[0]?.start.replace(/\.\d+$/, '') ?? '10.9.9';
  const items = host.agent.newest?.items ?? [];
  await tellOfIt(host, { mark, nodeId, network, named, own, pool, item: items[0] });
  await common.host.tell(
    ...memberOf(guest.node as NodeId, network, guestAddress, `${pool}.77/24`, `${mark} guest net`),
  );
  host.controller.showUp(network, stranger);
  common.keeper.controller.showUp(common.network, own);
  const put = { verdict: 'authorize', name: `${mark} stranger`, addresses: [`${pool}.99`] };
  await api.ask('PUT', `/v1/networks/${network}/admissions/${stranger}`, Admission, { ...ask, body: put });
  await api.ask('PUT', `/v1/networks/${common.network}/admissions/${own}`, Admission, {
    ...{ ...ask, body: { verdict: 'authorize', name: `${mark} member` } },
  });
  const probe = await api.ask('POST', `/v1/nodes/${name}/probes`, Probe, {
    ...{ ...ask, body: { target: { kind: 'ping', host: `${mark}.probe.example` } } },
  });
  const joins = { name: `${mark}-next`, labels: { [`${mark}-join`]: 'x' }, networks: [network] };
  const joinToken = (await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { ...ask, body: joins })).body.token;
  const boxAddress = await addressOf(api, box.node as NodeId);
  await eventually(async () => (await api.database.query<object[]>('SELECT 1 FROM outbox')).length === 0);
  const events = await api.database.query<{ id: string }[]>(
    `SELECT (SELECT id FROM store) || '-' || id AS id FROM events WHERE host_id = $1 OR network_id = $2 ORDER BY id`,
    [hostId, network],
  );
  const ids = commands.filter(({ host: on }) => on.id === hostId).map(({ id }) => id);
  const common_ = commands.filter(({ host: on }) => on.id !== hostId).map(({ id }) => id);
  return {
    letter,
    host,
    network,
    signs: {
      ofHosts: [mark, hostId, nodeId, box.node ?? mark, box.container ?? mark, own, boxAddress, ...ids],
      ofNetworks: [mark, network, stranger, `${pool}.`, guest.node ?? mark, guest.container ?? mark, ...common_],
    },
    pools: {
      host: [name, hostId],
      node: [
        name,
        hostId,
        nodeId,
        own,
        boxAddress,
        stranger,
        `${name}/${mark}-box`,
        box.node ?? '',
        `common/${mark}-guest`,
      ],
      network: [network, `${mark}-net`, named, `${mark}-named`],
      containerName: [`${mark}-box`, `${mark}-guest`, `${mark}-shop-db-1`],
      container: [
        `${mark}-box`,
        box.container ?? '',
        guest.container ?? '',
        `${name}/${mark}-box`,
        `common/${mark}-guest`,
        `${name}/${mark}-shop-db-1`,
      ],
      command: commands.map(({ id }) => id),
      event: events.map(({ id }) => id),
      after: await cursors(api),
      selector: [`tenant=${letter}`, `${mark}-key`, `${mark}-key=${mark}-value`, '!nothing', 'tenant'],
      key: commands.map((_command, index) => `${mark}-key-${index}`),
      controller: [`${mark}-ctl`, controller.id],
      probe: [probe.body.id],
      token: [`${mark}-admin`, joinToken.id],
      addresses: [`${pool}.99`, `${pool}.77`],
    },
  };
}

interface Told {
  mark: string;
  nodeId: NodeId;
  network: NetworkId;
  named: NetworkId;
  own: NodeAddress;
  pool: string;
  item: AnyItem | undefined;
}

async function tellOfIt(host: TenantHost, { mark, nodeId, network, named, own, pool, item }: Told): Promise<void> {
  const finding = {
    code: 'clock-skew' as const,
    severity: 'error' as const,
    cause: `${mark} skew`,
    fix: `${mark} fix`,
  };
  await host.tell(
    { type: 'host.engine-down', data: { cause: `${mark} engine` } },
    ...memberOf(nodeId, network, own, `${pool}.5/24`, `${mark} owner's name`),
    membershipFact('network.joined', nodeId, aMembership({ network: named, name: `${mark} elsewhere` })),
    { type: 'finding.raised', data: { node: nodeId, network: null, item: null, finding } },
    {
      type: 'finding.raised',
      data: { node: nodeId, network, item: null, finding: { ...finding, cause: `${mark} in net` } },
    },
  );
  if (!item) return;
  const outcome = { kind: 'failed' as const, code: 'image-absent' as const, cause: `${mark} no image`, fix: 'f' };
  await host.tell({ type: 'item.settled', data: { item: item.id, revision: item.revision, outcome } });
}

/** A node that is up, in the network, with its interface and its address. */
const memberOf = (node: NodeId, network: NetworkId, address: NodeAddress, ip: string, name: string): AgentFact[] => [
  { type: 'node.up', data: { node, after: { address, version: '1.14.1', online: true } } },
  membershipFact('network.joined', node, aMembership({ network, name, addresses: [ip] })),
  {
    type: 'interface.up',
    data: { node, device: 'ztabc', network, after: anInterface({ device: 'ztabc', addresses: [ip] }) },
  },
];

async function addressOf(api: RunningApi, node: NodeId): Promise<NodeAddress> {
  const query = `SELECT address FROM identities WHERE node_id = $1`;
  return (await api.database.query<{ address: NodeAddress }[]>(query, [node]))[0]?.address ?? '';
}

/** The cursors that a token without a scope gets. */
async function cursors(api: RunningApi): Promise<string[]> {
  const lists = ['hosts', 'nodes', 'containers', 'networks', 'memberships', 'interfaces', 'commands', 'admissions'];
  const pages = lists.map(async (list) => {
    const { next } = (await (await api.raw('GET', `/v1/${list}?limit=1`)).json()) as { next: string | null };
    return next ?? [];
  });
  return (await Promise.all(pages)).flat();
}

export async function tokenOf(api: RunningApi, name: string, role: Role, scope?: string): Promise<string> {
  const body = { name, role, ...(scope === undefined ? {} : { scope: scopeOf(scope) }) };
  return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body.secret;
}
