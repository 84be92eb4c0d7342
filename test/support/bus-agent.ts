import { createHash } from 'node:crypto';
import { Bus, type Incoming, Verifier, type PublicKey } from '@orrery/shared/bus';
import {
  DesiredState,
  HelloReply,
  inboxPrefix,
  subjects,
  type Beat,
  type DesiredReply,
  type Epoch,
  type Hello,
  type HostId,
  type SignedMessage,
} from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';

const NOTHING_SEEN = '0'.repeat(64);

/**
 * The part of an agent that the API sees: it holds a desired state, says hello and sends heartbeats. On the real bus.
 */
export class BusAgent {
  epoch: Epoch = newId('epo');
  held: { revision: number; digest: string | null; message: SignedMessage | undefined } = {
    revision: 0,
    digest: null,
    message: undefined,
  };
  /** Every desired state that arrived, accepted or not. */
  readonly offered: { revision: number; result: string }[] = [];
  /** Set to answer differently. */
  answer: ((message: Incoming) => Promise<DesiredReply | undefined>) | undefined;
  readonly #bus: Bus;
  readonly #verifier: Verifier;
  #beating: NodeJS.Timeout | undefined;

  constructor(
    readonly host: HostId,
    natsUrl: string,
    keys: PublicKey[],
  ) {
    const { host: server, username, password } = new URL(natsUrl);
    this.#bus = new Bus({
      servers: [server],
      user: username,
      password,
      name: `agent-${host}`,
      inboxPrefix: inboxPrefix(host),
      logger: createLogger('agent', 'silent'),
    });
    this.#verifier = new Verifier(keys);
  }

  /** From now on it answers on its subject. */
  async listen(): Promise<this> {
    this.#bus.respond(subjects.desired(this.host), (message) => this.#take(message));
    await this.#bus.flush();
    return this;
  }

  async hello(more: Partial<Hello> = {}): Promise<HelloReply> {
    await this.#bus.flush();
    const { revision, digest } = this.held;
    const body: Hello = {
      epoch: this.epoch,
      agentVersion: '0.1.0',
      simulated: true,
      revision,
      digest,
      inventory: NOTHING_SEEN,
      journalHead: 0,
      at: new Date().toISOString(),
      freeIdentities: [],
      ...more,
    };
    return this.#bus.request(subjects.hello(this.host), body, HelloReply, 3000);
  }

  beat(more: Partial<Beat> = {}): void {
    const { revision, digest } = this.held;
    const at = new Date().toISOString();
    const beat: Beat = { epoch: this.epoch, revision, digest, journalHead: 0, inventory: NOTHING_SEEN, at, ...more };
    this.#bus.publish(subjects.beat(this.host), beat);
  }

  beatEvery(ms: number): void {
    this.beat();
    this.#beating = setInterval(() => this.beat(), ms);
  }

  silence(): void {
    clearInterval(this.#beating);
  }

  /** Takes over a state, as from the answer to a hello. */
  hold(message: SignedMessage): void {
    if (!this.#verifier.verifies(message)) throw new Error('the signature is not right');
    const { revision } = DesiredState.parse(JSON.parse(message.body));
    this.held = { revision, digest: createHash('sha256').update(message.body).digest('hex'), message };
  }

  get items(): { id: string; intent: string; revision: number }[] {
    return this.held.message ? DesiredState.parse(JSON.parse(this.held.message.body)).items : [];
  }

  async close(): Promise<void> {
    this.silence();
    await this.#bus.close();
  }

  async #take(message: Incoming): Promise<DesiredReply | undefined> {
    if (this.answer) return this.answer(message);
    const { signed } = message;
    if (!signed || !this.#verifier.verifies(signed)) return { result: 'rejected', cause: 'signature' };
    const { revision } = DesiredState.parse(JSON.parse(signed.body));
    const isStale = revision < this.held.revision;
    if (!isStale) this.hold(signed);
    this.offered.push({ revision, result: isStale ? 'stale' : 'accepted' });
    return { result: isStale ? 'stale' : 'accepted', revision: this.held.revision };
  }
}
