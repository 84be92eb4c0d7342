import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bus, Signer, newSigningKey } from '@orrery/shared/bus';
import {
  AgentEvent,
  Beat,
  CallReply,
  DesiredReply,
  EventBatch,
  Hello,
  HostId,
  JoinRequest,
  RenewRequest,
  hostOf,
  inboxPrefix,
  subjects,
  type AnyItem,
  type Call,
  type Epoch,
  type EventBatchReply,
  type HelloReply,
  type JoinReply,
  type SignedMessage,
} from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { startNats, type TestNats } from '../servers.js';

export const JOIN_SECRET = 'orj_for-tests-only';

const UNKNOWN = { type: 'x', title: 'x', status: 404, code: 'unknown-host', detail: 'it was removed' };

interface Stored {
  epoch: Epoch;
  cursor: number;
  closed: boolean;
}

/**
 * The API as an agent sees it: joins over HTTP, and hello, events, heartbeats, desired states and calls over a real
 * NATS.
 */
export class FakeApi {
  signer = new Signer(newSigningKey());
  hostId: HostId = newId('hst');
  nodeId = newId('nod');
  readonly hellos: Hello[] = [];
  readonly beats: Beat[] = [];
  readonly events: (AgentEvent & { epoch: Epoch })[] = [];
  readonly joins: JoinRequest[] = [];
  readonly renewals: RenewRequest[] = [];
  epochs: Stored[] = [];
  desired: SignedMessage | undefined;
  revision = 0;
  /** Called before an event batch is accepted; its result is the answer instead. */
  onBatch: (batch: EventBatch, host: HostId) => EventBatchReply | 'silence' | undefined = () => undefined;
  /** How far its clock is ahead of the one here. */
  clockShiftMs = 0;
  /** HTTP does not know the host; the answers to hellos are separate. */
  isRemoved = false;
  /** Called before a hello is answered. */
  onHello: (hello: Hello, host: HostId) => HelloReply | undefined = () => undefined;

  private constructor(
    readonly nats: TestNats,
    readonly bus: Bus,
    private readonly http: Server,
  ) {}

  static async start(nats?: TestNats): Promise<FakeApi> {
    const broker = nats ?? (await startNats());
    const bus = connect(broker);
    const http = createServer();
    const api = new FakeApi(broker, bus, http);
    http.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { status, body } = api.#http(request.url ?? '', request.headers.authorization, JSON.parse(text));
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const options = {
      replyPrefix: (subject: string) => inboxPrefix(hostOf(subject) ?? 'api'),
      get signer() {
        return api.signer;
      },
    };
    bus.respond(
      subjects.anyHello,
      async ({ subject, json }) => api.#hello(Hello.parse(json), hostIn(subject)),
      options,
    );
    bus.respond(
      subjects.anyEvents,
      async ({ subject, json }) => api.#take(EventBatch.parse(json), hostIn(subject)),
      options,
    );
    bus.respond(subjects.anyBeat, async (message) => void api.beats.push(Beat.parse(message.json)));
    await bus.flush();
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  get record(): JoinReply {
    const { user, password, port } = this.nats;
    return {
      hostId: this.hostId,
      nodeId: this.nodeId,
      name: 'test-host',
      nats: { url: `nats://127.0.0.1:${port}`, user, password, jwt: null, ca: null },
      signingKeys: [this.signer.publicKey],
    };
  }

  #http(path: string, authorization: string | undefined, body: unknown): { status: number; body: object } {
    if (path === '/v1/join/nonce') return { status: 200, body: { nonce: 'nonce' } };
    if (path === '/v1/join/renew') {
      this.renewals.push(RenewRequest.parse(body));
      const isKnown = !this.isRemoved && this.renewals.at(-1)?.host === this.hostId;
      return isKnown ? { status: 200, body: this.record } : { status: 404, body: UNKNOWN };
    }
    if (authorization !== `Bearer ${JOIN_SECRET}`) return { status: 401, body: {} };
    this.joins.push(JoinRequest.parse(body));
    return { status: 200, body: this.record };
  }

  /** The types of all events, in order. */
  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  ofType<T extends AgentEvent['type']>(type: T) {
    return this.events.filter((event): event is typeof event & { type: T } => event.type === type);
  }

  /** Signs a state with this content at the next revision. */
  sign(items: readonly AnyItem[], revision = this.revision + 1): SignedMessage {
    this.revision = Math.max(this.revision, revision);
    const body = JSON.stringify({ host: this.hostId, revision, items });
    return this.signer.sign(subjects.desired(this.hostId), body);
  }

  /** Makes this the desired state, and sends it if the host is connected. */
  async want(items: readonly AnyItem[]): Promise<DesiredReply> {
    this.desired = this.sign(items);
    return this.send(this.desired);
  }

  send(message: SignedMessage): Promise<DesiredReply> {
    return this.bus.requestSigned(message, DesiredReply, 5_000);
  }

  call(op: Call['op'], more: Partial<Call> = {}): Promise<CallReply> {
    return this.bus.requestSigned(this.signCall(op, more), CallReply, 5_000);
  }

  signCall(op: Call['op'], more: Partial<Call> = {}): SignedMessage {
    const expiresAt = new Date(Date.now() + this.clockShiftMs + 60_000).toISOString();
    return this.signer.sign(
      subjects.call(this.hostId),
      JSON.stringify({ callId: newId('cal'), expiresAt, op, ...more }),
    );
  }

  /** The host was removed; an agent that joins from now on is a new host, without any desired items. */
  forgetHost(): void {
    this.isRemoved = false;
    this.hostId = newId('hst');
    this.nodeId = newId('nod');
    this.desired = undefined;
    this.revision = 0;
    this.epochs = [];
  }

  async close(): Promise<void> {
    await this.bus.close();
    await new Promise((resolve) => {
      this.http.close(resolve);
      this.http.closeAllConnections();
    });
    await this.nats.close();
  }

  #hello(hello: Hello, host: HostId): HelloReply {
    this.hellos.push(hello);
    const instead = this.onHello(hello, host);
    if (instead) return instead;
    const known = this.#epoch(hello.epoch);
    const open = this.epochs.filter(({ epoch, closed }) => epoch !== hello.epoch && !closed);
    const digest = this.desired && createHash('sha256').update(this.desired.body).digest('hex');
    const isNewer = this.desired && digest !== hello.digest;
    return {
      result: 'welcome',
      ...(isNewer ? { desired: this.desired } : {}),
      cursor: known.cursor,
      openEpochs: open.map(({ epoch, cursor }) => ({ epoch, cursor })),
      heartbeatSeconds: 0.2,
      serverTime: new Date(Date.now() + this.clockShiftMs).toISOString(),
      wantsState: false,
      wantsSnapshot: false,
    };
  }

  #epoch(epoch: Epoch): Stored {
    const known = this.epochs.find((one) => one.epoch === epoch);
    if (known) return known;
    const fresh = { epoch, cursor: 0, closed: false };
    this.epochs.push(fresh);
    return fresh;
  }

  #take(batch: EventBatch, host: HostId): EventBatchReply | undefined {
    const instead = this.onBatch(batch, host);
    if (instead === 'silence') return undefined;
    if (instead) return instead;
    return this.store(batch);
  }

  /**
   * The rules of the real API: from cursor + 1, without a gap; the first batch of a newer epoch closes the older one.
   */
  store(batch: EventBatch): EventBatchReply {
    const epoch = this.#epoch(batch.epoch);
    if (epoch.closed) return { result: 'fenced', cause: 'a newer start of this agent has taken over' };
    if (batch.from > epoch.cursor + 1) return { result: 'gap', cursor: epoch.cursor };
    const fresh = batch.events.filter(({ seq }) => seq > epoch.cursor);
    for (const event of fresh) this.events.push({ ...AgentEvent.parse(event), epoch: batch.epoch });
    if (epoch.cursor === 0 && this.hellos.at(-1)?.epoch === epoch.epoch)
      for (const other of this.epochs) if (other !== epoch) other.closed = true;
    epoch.cursor += fresh.length;
    return { result: 'stored', cursor: epoch.cursor, wantsSnapshot: false };
  }
}

export function connect({ port, user, password }: TestNats): Bus {
  return new Bus({
    ...{ servers: [`nats://127.0.0.1:${port}`], user, password, name: 'fake api', inboxPrefix: inboxPrefix('api') },
    logger: createLogger('fake-api', 'silent'),
  });
}

const hostIn = (subject: string): HostId => HostId.parse(hostOf(subject));
