import type { Bus, Verifier } from '@orrery/shared/bus';
import { HelloReply, subjects, type Hello, type HostId } from '@orrery/shared/contracts';
import { type Logger, steadyNow } from '@orrery/shared/runtime';
import type { DesiredStore } from '../desired/desired-store.js';
import type { Journal } from '../journal/journal.js';
import { AGENT_VERSION } from '../version.js';
import type { Offer } from '../pure/guard/host-prefixes.js';
import type { ServerClock } from './server-clock.js';

export interface GreeterParts {
  host: HostId;
  simulated: boolean;
  bus: Bus;
  /** Holds the public keys that answers are verified with. */
  verifier: Verifier;
  journal: Journal;
  desired: DesiredStore;
  clock: ServerClock;
  logger: Logger;
  /** From the latest observation; undefined before the first. */
  inventory: () => string | undefined;
  offer: () => Offer;
}

export type Welcome = Extract<HelloReply, { result: 'welcome' }>;

const HELLO_MS = 10_000;
/** Sent before the first observation: the inventory of a host that has not been observed. */
const NO_INVENTORY = '0'.repeat(64);

/** Says hello and handles the answer: a newer desired state, and the API's time. */
export class Greeter {
  /** The offer in the last hello that was answered with welcome. */
  #offered: string | undefined;

  constructor(private readonly parts: GreeterParts) {}

  /** Whether the current offer differs from the one that the API knows. */
  get hasNews(): boolean {
    return this.#offered !== JSON.stringify(this.parts.offer());
  }

  /** Throws BusError when there is no answer. */
  async greet(): Promise<HelloReply> {
    const reply = await this.#say(false);
    const wantsState = reply.result === 'welcome' && reply.wantsState && this.parts.desired.signed;
    const final = wantsState ? await this.#say(true) : reply;
    if (final.result === 'welcome' && final.desired) await this.#take(final.desired);
    return final;
  }

  async #say(withState: boolean): Promise<HelloReply> {
    const { host, bus, verifier, desired } = this.parts;
    const sentAt = steadyNow();
    const state = withState ? desired.signed : undefined;
    const offer = this.parts.offer();
    const hello: Hello = { ...this.#about(), ...offer, ...(state ? { state } : {}) };
    const reply = await bus.requestProven(subjects.hello(host), hello, HelloReply, HELLO_MS, verifier);
    if (reply.result !== 'welcome') return reply;
    this.#learn(reply.serverTime, sentAt);
    this.#offered = JSON.stringify(offer);
    return reply;
  }

  #learn(serverTime: string, sentAt: number): void {
    const backMs = this.parts.clock.learn(serverTime, sentAt);
    if (backMs === undefined) return;
    const line = { event: 'hello.api-clock-set-back', backMs: Math.round(backMs), serverTime };
    this.parts.logger.warn(line, 'the clock of the API was set back: until it catches up, the API confirms each call');
  }

  #about(): Omit<Hello, keyof Offer> {
    const { simulated, desired, journal, inventory } = this.parts;
    return {
      epoch: journal.epoch,
      agentVersion: AGENT_VERSION,
      simulated,
      ...desired.held,
      inventory: inventory() ?? NO_INVENTORY,
      journalHead: journal.head,
      at: new Date().toISOString(),
    };
  }

  async #take(signed: NonNullable<Welcome['desired']>): Promise<void> {
    const answer = await this.parts.desired.accept(signed);
    if (answer.result !== 'accepted')
      this.parts.logger.warn(
        { event: 'hello.desired-not-taken', answer },
        'rejected the desired state in the answer to hello',
      );
  }
}
