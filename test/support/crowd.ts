import { connect, type NatsConnection } from '@nats-io/transport-node';
import {
  EventBatchReply,
  inboxPrefix,
  subjects,
  type AgentFact,
  type Epoch,
  type HostId,
  type NodeId,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { ApiBench } from './api.js';

export interface CrowdMember {
  id: HostId;
  node: NodeId;
  name: string;
}

interface Speaking {
  epoch: Epoch;
  seq: number;
}

/**
 * Many hosts whose agents are on the bus in this process, over one connection. They have joined by rows: a thousand real joins, most of all
 * the keys of the machines, took 52 s of a processor.
 */
export class Crowd {
  readonly #speaking = new Map<HostId, Speaking>();

  private constructor(
    private readonly nats: NatsConnection,
    readonly members: readonly CrowdMember[],
  ) {}

  /** `site`: the label of the host with this number, which begins with 1. */
  static async join(
    { api, natsUrl }: Pick<ApiBench, 'api' | 'natsUrl'>,
    size: number,
    { name, site }: { name: (number: number) => string; site: (number: number) => string },
  ): Promise<Crowd> {
    const members = Array.from({ length: size }, (_, at): CrowdMember & { site: string } => ({
      ...{ id: newId('hst'), node: newId('nod'), name: name(at + 1), site: site(at + 1) },
    }));
    const rows = `jsonb_to_recordset($1::jsonb) AS r(id text, node text, name text, site text)`;
    for (const insert of [
      `INSERT INTO hosts (id, name, installation, node_id, labels) SELECT id, name, 'installation-' || id, node, jsonb_build_object('site', site)`,
      `INSERT INTO nodes (id, host_id, kind) SELECT node, id, 'host'`,
      `INSERT INTO host_status (host_id, agent_version) SELECT id, 'test'`,
    ])
      await api.database.query(`${insert} FROM ${rows}`, [JSON.stringify(members)]);
    const { host: servers, username: user, password: pass } = new URL(natsUrl);
    return new Crowd(await connect({ servers, ...(user && { user, pass }) }), members);
  }

  /** Each of these says this, and that it is there. Resolves when the API has stored all of it. */
  async say(factOf: (one: CrowdMember) => AgentFact, by = this.members): Promise<void> {
    const stored = by.map((one) => this.#say(one, factOf(one)));
    await Promise.all(stored);
  }

  async #say({ id }: CrowdMember, fact: AgentFact): Promise<void> {
    const { epoch, seq } = this.#next(id);
    const at = new Date().toISOString();
    const batch = { epoch, from: seq, events: [{ ...fact, seq, at }] };
    const beat = { epoch, revision: 0, digest: null, journalHead: seq, inventory: '0'.repeat(64), at };
    const reply = `${inboxPrefix(id)}.${seq}`;
    const answer = new Promise<EventBatchReply>((resolve, reject) => {
      const callback = (error: Error | null, message: { json(): unknown }) =>
        error ? reject(error) : resolve(EventBatchReply.parse(message.json()));
      this.nats.subscribe(reply, { max: 1, timeout: 60_000, callback });
    });
    this.nats.publish(subjects.events(id), JSON.stringify(batch), { reply });
    this.nats.publish(subjects.beat(id), JSON.stringify(beat));
    const { result } = await answer;
    if (result !== 'stored') throw new Error(`the API answered ${result} to ${fact.type}`);
  }

  #next(host: HostId): Speaking {
    const before = this.#speaking.get(host) ?? { epoch: newId('epo'), seq: 0 };
    const now = { ...before, seq: before.seq + 1 };
    this.#speaking.set(host, now);
    return now;
  }

  close(): Promise<void> {
    return this.nats.close();
  }
}
