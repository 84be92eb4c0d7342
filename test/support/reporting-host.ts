import {
  EventBatchReply,
  HelloReply,
  Host,
  JoinReply,
  JoinTokenMade,
  subjects,
  type AgentFact,
  type NodeAddress,
  type NodeId,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { RunningApi } from './api.js';
import { joinBody, joinHost, ListeningAgent, newInstallation } from './joined-host.js';
import { aSnapshot } from './reports.js';
import { eventually } from './servers.js';

/** A host whose agent reports whatever a test tells it to, as anyone with its credentials could. */
export class ReportingHost {
  readonly #epoch = newId('epo');
  #seq = 0;
  #beating: NodeJS.Timeout | undefined;

  private constructor(
    private readonly api: RunningApi,
    readonly agent: ListeningAgent,
  ) {}

  static async join(api: RunningApi, name: string): Promise<ReportingHost> {
    return ReportingHost.of(api, await joinHost(api, name));
  }

  /** Of a host that has joined already. */
  static async of(api: RunningApi, joined: JoinReply): Promise<ReportingHost> {
    return new ReportingHost(api, await ListeningAgent.connect(joined));
  }

  /** Another machine replaces a host, with a token that allows this. */
  static async replace(api: RunningApi, former: string): Promise<ReportingHost> {
    const { secret: token } = (await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body: { replaces: former } }))
      .body;
    const body = await joinBody(api, { name: 'another', agentVersion: 'test', installation: newInstallation() });
    const joined = (await api.ask('POST', '/v1/join', JoinReply, { body, token })).body;
    return ReportingHost.of(api, joined);
  }

  get name(): string {
    return this.agent.joined.name;
  }

  get id() {
    return this.agent.joined.hostId;
  }

  /** The node of its own daemon. */
  get node(): NodeId {
    return this.agent.joined.nodeId;
  }

  /** The pre-generated identities that it offers. */
  async offer(...freeIdentities: NodeAddress[]): Promise<void> {
    const hello = {
      ...{ epoch: this.#epoch, agentVersion: 'test', simulated: true, revision: 0, digest: null, freeIdentities },
      ...{ inventory: '0'.repeat(64), journalHead: this.#seq, at: new Date().toISOString() },
    };
    await this.agent.bus.request(subjects.hello(this.id), hello, HelloReply, 5000);
  }

  /** Reports this address for one of its nodes, by default its own daemon. */
  shows(address: NodeAddress, node: NodeId = this.node): Promise<void> {
    return this.say({ type: 'node.up', data: { node, after: { address, version: '1.14.1', online: true } } });
  }

  /** The same in a whole look at the host. */
  showsInSnapshot(address: NodeAddress): Promise<void> {
    const snapshot = aSnapshot(this.node, []);
    if (snapshot.type !== 'host.snapshot') throw new TypeError('not a snapshot');
    const [node] = snapshot.data.state.nodes;
    if (node) node.daemon = { known: true, value: { address, version: '1.14.1', online: true } };
    return this.say(snapshot);
  }

  async say(...facts: AgentFact[]): Promise<void> {
    const from = this.#seq + 1;
    const events = facts.map((fact) => ({ ...fact, seq: ++this.#seq, at: new Date().toISOString() }));
    const batch = { epoch: this.#epoch, from, events };
    const send = () => this.agent.bus.request(subjects.events(this.id), batch, EventBatchReply, 5000);
    await eventually(async () => (await send()).result === 'stored', { what: `${this.name} was heard` });
  }

  /** Removes the host with force, whatever runs there. */
  async remove(): Promise<void> {
    await this.api.raw('DELETE', `/v1/hosts/${this.name}?confirm=${this.name}`);
  }

  /** From now on it is online. */
  async beats(): Promise<void> {
    const beat = () =>
      this.agent.bus.publish(subjects.beat(this.id), {
        ...{ epoch: this.#epoch, revision: this.agent.newest?.revision ?? 0, digest: null, journalHead: this.#seq },
        ...{ inventory: '0'.repeat(64), at: new Date().toISOString() },
      });
    beat();
    this.#beating = setInterval(beat, 1000);
    const isOnline = async () => (await this.api.get(`/v1/hosts/${this.name}`, Host)).body.presence === 'online';
    await eventually(isOnline, { within: 10_000, what: `${this.name} is online` });
  }

  close(): Promise<void> {
    clearInterval(this.#beating);
    return this.agent.close();
  }
}
