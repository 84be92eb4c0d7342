import { connect } from 'node:net';
import { once } from 'node:events';
import { Bus, prove, Verifier, type Incoming, type UserKey } from '@orrery/shared/bus';
import {
  DesiredState,
  EventBatchReply,
  HelloReply,
  inboxPrefix,
  JoinNonce,
  JoinReply,
  subjects,
  type AgentFact,
  type Epoch,
} from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { eventually } from '../eventually.js';
import { keyOf, newInstallation, provenJoin } from '../host-proof.js';
import type { System } from './system.js';

const REPLY_MS = 20_000;
const NOTHING = '0'.repeat(64);

/** An agent whose every message a test writes by hand: it can send what no real one would. */
export class HandAgent {
  readonly epoch: Epoch = newId('epo');
  seq = 0;
  held = 0;

  private constructor(
    readonly joined: JoinReply,
    readonly key: UserKey,
    readonly bus: Bus,
  ) {
    const verifier = new Verifier(joined.signingKeys);
    bus.respond(subjects.desired(joined.hostId), (message) => Promise.resolve(this.#take(message, verifier)));
  }

  static async join(system: System, name: string): Promise<HandAgent> {
    const { nonce } = await system.api.ask('POST', '/v1/join/nonce', JoinNonce);
    const installation = newInstallation();
    const body = provenJoin(nonce, { name, agentVersion: 'by-hand', installation });
    const token = await system.api.secret('join.secret');
    const joined = await system.api.ask('POST', '/v1/join', JoinReply, { body, token });
    const key = keyOf(installation);
    const credentials = () => ({ jwt: joined.nats.jwt ?? '', seed: key.seed });
    const logger = createLogger('test', 'silent');
    const prefix = inboxPrefix(joined.hostId);
    const bus = new Bus({ servers: [joined.nats.url], credentials, name, inboxPrefix: prefix, logger });
    await bus.flush();
    return new HandAgent(joined, key, bus);
  }

  /** The same host over another connection, as after a cut link or a restart. */
  async again(): Promise<HandAgent> {
    const { url, jwt } = this.joined.nats;
    const credentials = () => ({ jwt: jwt ?? '', seed: this.key.seed });
    const logger = createLogger('test', 'silent');
    const bus = new Bus({ servers: [url], credentials, name: 'again', inboxPrefix: inboxPrefix(this.host), logger });
    await bus.flush();
    return new HandAgent(this.joined, this.key, bus);
  }

  get host() {
    return this.joined.hostId;
  }

  hello(more: object = {}): Promise<HelloReply> {
    const about = { epoch: this.epoch, agentVersion: 'by-hand', simulated: false, at: new Date().toISOString() };
    const state = { revision: this.held, digest: null, inventory: NOTHING, journalHead: this.seq };
    return this.bus.request(subjects.hello(this.host), { ...about, ...state, ...more }, HelloReply, REPLY_MS);
  }

  beat(more: object = {}): void {
    const about = { epoch: this.epoch, at: new Date().toISOString(), journalHead: this.seq, inventory: NOTHING };
    this.bus.publish(subjects.beat(this.host), { ...about, revision: this.held, digest: null, ...more });
  }

  /** The next events, numbered, not sent. */
  number(...facts: object[]): object[] {
    return facts.map((fact) => ({ ...fact, seq: ++this.seq, at: new Date().toISOString() }));
  }

  send(from: number, events: readonly object[], withinMs = REPLY_MS): Promise<EventBatchReply> {
    return this.bus.request(subjects.events(this.host), { epoch: this.epoch, from, events }, EventBatchReply, withinMs);
  }

  /** Numbers and sends; repeats while the API is busy. */
  async say(...facts: (AgentFact | object)[]): Promise<EventBatchReply> {
    const from = this.seq + 1;
    const events = this.number(...facts);
    const stored = async () => {
      const reply = await this.send(from, events);
      return reply.result !== 'busy' && reply;
    };
    return eventually(stored, { within: REPLY_MS, what: 'the batch is answered' });
  }

  /** The raw bytes, as no client library would send them. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#publish(subjects.events(this.host), bytes);
  }

  /** Requests the answer on a subject of its choice, once or often. */
  helloTo(reply: string, times = 1): Promise<void> {
    const about = { epoch: this.epoch, agentVersion: 'by-hand', simulated: false, at: new Date().toISOString() };
    const state = { revision: this.held, digest: null, inventory: NOTHING, journalHead: this.seq };
    return this.#publish(
      `${subjects.hello(this.host)} ${reply}`,
      Buffer.from(JSON.stringify({ ...about, ...state })),
      times,
    );
  }

  async #publish(subject: string, bytes: Uint8Array, times = 1): Promise<void> {
    const { url, jwt } = this.joined.nats;
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    // The broker may close the connection in the middle, because it cuts off a host that sends so much.
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    const [info] = (await once(socket, 'data')) as [Buffer];
    const nonce = /"nonce":"([^"]+)"/.exec(info.toString())?.[1] ?? '';
    const sig = Buffer.from(prove(this.key.seed, nonce), 'base64').toString('base64url');
    const options = { verbose: false, pedantic: false, jwt, sig };
    socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
    const message = Buffer.concat([Buffer.from(`PUB ${subject} ${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
    for (let time = 0; time < times; time++) socket.write(message);
    socket.write('PING\r\n');
    await eventually(() => socket.read() === null && socket.bytesRead > 0);
    socket.end();
    await closed;
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  #take(message: Incoming, verifier: Verifier): object {
    if (!message.signed || !verifier.verifies(message.signed)) return { result: 'rejected', cause: 'signature' };
    this.held = Math.max(this.held, DesiredState.parse(message.json).revision);
    return { result: 'accepted', revision: this.held };
  }
}

/** A small fact with a recognizable text. */
export const engineDown = (cause: string): AgentFact => ({ type: 'host.engine-down', data: { cause } });
