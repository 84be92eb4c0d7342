import { Incoming } from '@orrery/shared/bus';
import {
  interfaceName,
  subjects,
  type AgentFact,
  type Epoch,
  type EventBatchReply,
  type NetworkId,
  type NodeId,
  type ObservedInterface,
  type ObservedMembership,
  type ObservedPeer,
  type ObservedState,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { IngestController } from '../../apps/api/src/ingest/ingest.controller.js';
import type { RunningDataPlane, TestHost } from './data-plane.js';

export const NETWORK: NetworkId = '8056c2e21c000001';
const AT = '2026-05-01T10:00:00.000Z';

/** An agent as ingest sees it: numbers events and sends them, well-formed or not. */
export class Reporter {
  seq = 0;

  constructor(
    readonly plane: RunningDataPlane,
    readonly host: TestHost,
    readonly epoch: Epoch = newId('epo'),
  ) {}

  /** The next events, numbered, not sent. */
  number(...facts: AgentFact[]): (AgentFact & { seq: number; at: string })[] {
    return facts.map((fact) => ({ ...fact, seq: ++this.seq, at: AT }));
  }

  /** Numbers and sends them as one batch. */
  say(...facts: AgentFact[]): Promise<EventBatchReply> {
    return this.send(this.seq + 1, this.number(...facts));
  }

  send(from: number, events: readonly unknown[], epoch = this.epoch): Promise<EventBatchReply> {
    return this.sendText(JSON.stringify({ epoch, from, events }));
  }

  /** The raw bytes, as NATS would deliver them. */
  async sendText(body: string | Uint8Array, plane = this.plane): Promise<EventBatchReply> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const message = new Incoming(subjects.events(this.host.id), bytes, undefined, undefined, undefined);
    const reply = await plane.app.get(IngestController).events(message);
    if (!reply) throw new Error('the batch got no answer');
    return reply;
  }

  /** The host's events in the history, in order. */
  stored(): Promise<
    { id: number; epoch: string; seq: number; type: string; data: Record<string, unknown>; subject: string }[]
  > {
    return this.plane.database.query(
      'SELECT id::int, epoch, seq::int, type, data, subject FROM events WHERE host_id = $1 AND epoch IS NOT NULL ORDER BY id',
      [this.host.id],
    );
  }

  quarantined(): Promise<{ seq: number; reason: string; raw: Buffer }[]> {
    return this.plane.database.query(
      'SELECT seq::int, reason, raw FROM event_quarantine WHERE host_id = $1 ORDER BY seq',
      [this.host.id],
    );
  }
}

/** A small fact with a recognizable text. */
export const engineDown = (cause: string): AgentFact => ({ type: 'host.engine-down', data: { cause } });

export const aMembership = (more: Partial<ObservedMembership> = {}): ObservedMembership => ({
  network: NETWORK,
  name: 'lab',
  type: 'PRIVATE',
  status: 'OK',
  device: interfaceName(more.network ?? NETWORK),
  mac: '02:00:00:00:00:01',
  mtu: 2800,
  addresses: ['10.1.2.3/24'],
  routes: [],
  bridge: false,
  allowManaged: true,
  allowGlobal: false,
  allowDefault: false,
  allowDNS: false,
  allowManagedList: null,
  authenticationUrl: null,
  ...more,
});

export const anInterface = (more: Partial<ObservedInterface> = {}): ObservedInterface => ({
  device: interfaceName(NETWORK),
  up: true,
  mac: '02:00:00:00:00:01',
  mtu: 2800,
  addresses: ['10.1.2.3/24'],
  routes: [],
  ...more,
});

export const aPeer = (address: string, more: Partial<ObservedPeer> = {}): ObservedPeer => ({
  ...{ address, role: 'LEAF', path: 'direct', latencyMs: 3, endpoint: '192.0.2.1/9993' },
  ...more,
});

export const membershipFact = (
  type: 'network.joined' | 'network.left' | 'authorization.requested' | 'authorization.granted',
  node: NodeId,
  after: ObservedMembership | null,
  network: NetworkId = after?.network ?? NETWORK,
): AgentFact => ({ type, data: { node, network, after } });

/** A whole look at a host whose own daemon is in the given networks, and whose engine has no containers. */
export const aSnapshot = (
  node: NodeId,
  memberships: ObservedMembership[],
  more: Partial<ObservedState> = {},
): AgentFact => ({
  type: 'host.snapshot',
  data: {
    hash: 'f'.repeat(64),
    state: {
      engine: { known: true, value: { version: '27.1', apiVersion: '1.46', os: 'linux', architecture: 'x86_64' } },
      containers: { known: true, value: [] },
      nodes: [
        {
          node,
          kind: 'host',
          daemon: { known: true, value: { address: '89e92ceee5', version: '1.14.2', online: true } },
          memberships: { known: true, value: memberships },
          interfaces: { known: true, value: memberships.map(({ device }) => anInterface({ device: device ?? 'zt0' })) },
          peers: { known: true, value: [] },
        },
      ],
      ...more,
    },
  },
});
