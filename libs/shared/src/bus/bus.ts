import {
  AuthorizationError,
  connect,
  headers,
  type Msg,
  type NatsConnection,
  type Subscription,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from 'zod';
import type { SignedMessage } from '../contracts/index.js';
import { backoffMs, describeError, pause, retry, withTimeout } from '../runtime/index.js';
import { BusError } from './bus-error.js';
import { connectionOptions, type BusOptions } from './connection-options.js';
import { asBusError } from './bus-failure.js';
import { Deafness } from './deafness.js';
import { Incoming } from './incoming.js';
import { answerProven, askProven } from './proven-answer.js';
import { KEY_HEADER, SIGNATURE_HEADER, type Signer, type Verifier } from './signing.js';

const DRAIN_MS = 5000;
/** A healthy broker answers within milliseconds. */
const ANSWER_MS = 2000;
/** Number of messages dropped before other work gets its turn. */
const DROPPED_AT_ONCE = 1000;
/** Every copy of the answer carries the reply subject; the client library creates them with 75 characters. */
const MOST_REPLY_LETTERS = 256;
/** Pauses before a refused subscription is retried: the permission may still be on its way to the broker. */
const AGAIN = { firstMs: 1000, maxMs: 30_000 };
const TELL_EVERY_MS = 60 * 60_000;

export interface RespondOptions {
  /** Queue group: one of its responders gets each message. Without it every subscriber gets all. */
  queue?: string;
  /** A request whose reply subject does not start with this is dropped, so that a requester cannot make us publish elsewhere (docs/threats.md). */
  replyPrefix?: (subject: string) => string | undefined;
  /** Asked first, with the size of the message in bytes: false drops it. */
  admits?: (subject: string, bytes: number) => boolean;
  /** Asked when the answer is ready: true drops it. */
  silent?: (subject: string) => boolean;
  /** Signs the answers to requests that ask for it. */
  signer?: Signer;
  /** Maximum number of requests handled at once; further ones wait in the subscription. */
  concurrency?: number;
}

export type Respond = (message: Incoming) => Promise<unknown>;
type Registration = { subject: string; handler: Respond; options: RespondOptions; subscription?: Subscription };

/**
 * The only code that knows NATS. It connects in the background and never gives up; handlers registered with `respond` survive
 * reconnects. `close` drains: every accepted request still gets its answer.
 */
export class Bus {
  readonly #stop = new AbortController();
  readonly #registrations: Registration[] = [];
  readonly #listeners = new Set<(connected: boolean) => void>();
  readonly #working = new Set<Promise<void>>();
  readonly #deafness: Deafness;
  #connection: NatsConnection | undefined;
  #connected = false;
  #refusal: string | undefined;
  #unproven = 0;
  #unprovenAt = -Infinity;
  #unprovenToldAt = -Infinity;
  #refused = { since: -Infinity, count: 0 };
  #connecting: Promise<void>;

  constructor(private readonly options: BusOptions) {
    this.#deafness = new Deafness(options.deafAfterMs ?? Number.POSITIVE_INFINITY);
    this.#connecting = this.#connect();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Why the broker refuses us, in its own words; undefined if it does not, or has not said so. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** When the last answer arrived that was not signed for its request, by `performance.now()`. */
  get unprovenAt(): number {
    return this.#unprovenAt;
  }

  /** Asks the broker itself, because a hanging broker keeps its connections open and the client notices only after three pings. Never throws. */
  async isAnswering(withinMs = ANSWER_MS): Promise<boolean> {
    const connection = this.#connection;
    if (!connection || !this.#connected) return false;
    const silent = () => new BusError('timeout', `NATS has not answered within ${withinMs} ms`);
    return withTimeout(withinMs, () => connection.rtt(), silent).then(
      () => true,
      () => false,
    );
  }

  /** Calls `listener` at every change of `connected`; returns a function that removes it. */
  onStatus(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a JSON body and parses the reply. Throws BusError only. */
  async request<Schema extends z.ZodType>(
    subject: string,
    body: unknown,
    reply: Schema,
    timeoutMs: number,
  ): Promise<z.infer<Schema>> {
    return this.#request(subject, JSON.stringify(body), undefined, reply, timeoutMs);
  }

  /**
   * Sends a JSON body and accepts only an answer that one of the verifier's keys signed for this request, so that nobody else who may
   * publish into our inbox can answer in its place. Throws BusError only.
   */
  async requestProven<Schema extends z.ZodType>(
    subject: string,
    body: unknown,
    reply: Schema,
    timeoutMs: number,
    verifier: Verifier,
  ): Promise<z.infer<Schema>> {
    const request = { subject, body: JSON.stringify(body), timeoutMs, verifier };
    const onUnproven = () => this.#noteUnproven(subject);
    return this.#ask(subject, reply, timeoutMs, (connection) => askProven(connection, { ...request, onUnproven }));
  }

  /** Sends a text that is not JSON and parses the reply. Throws BusError only. */
  async requestText<Schema extends z.ZodType>(
    subject: string,
    text: string,
    reply: Schema,
    timeoutMs: number,
  ): Promise<z.infer<Schema>> {
    return this.#request(subject, text, undefined, reply, timeoutMs);
  }

  /** Sends exact bytes with their signature headers and parses the reply. Throws BusError only. */
  async requestSigned<Schema extends z.ZodType>(
    message: SignedMessage,
    reply: Schema,
    timeoutMs: number,
  ): Promise<z.infer<Schema>> {
    const signature = headers();
    signature.set(KEY_HEADER, message.key);
    signature.set(SIGNATURE_HEADER, message.signature);
    return this.#request(message.subject, message.body, signature, reply, timeoutMs);
  }

  /** Like `request`, for a subject that several answer: collects all answers within the time, until 300 ms pass without another. */
  async requestAll<Schema extends z.ZodType>(
    subject: string,
    body: unknown,
    reply: Schema,
    maxWait: number,
  ): Promise<z.infer<Schema>[]> {
    const connection = this.#connection;
    if (!connection || !this.#connected) throw new BusError('disconnected', 'not connected to NATS');
    const found: z.infer<Schema>[] = [];
    try {
      const answers = await connection.requestMany(subject, JSON.stringify(body), { strategy: 'stall', maxWait });
      for await (const message of answers) found.push(parseReply(subject, message, reply));
    } catch (error) {
      throw error instanceof BusError ? error : asBusError(subject, maxWait, error);
    }
    return found;
  }

  /** Fire and forget; dropped while disconnected, because an old heartbeat is useless. */
  publish(subject: string, body: unknown): void {
    if (this.#connected) this.#connection?.publish(subject, JSON.stringify(body));
  }

  /** Answers requests (or receives publications) on a subject, from now on and after every reconnect. */
  respond(subject: string, handler: Respond, options: RespondOptions = {}): void {
    const registration: Registration = { subject, handler, options };
    this.#registrations.push(registration);
    if (this.#connection) this.#subscribe(this.#connection, registration);
  }

  /** Resolves once the broker has processed everything sent before, subscriptions included. */
  async flush(): Promise<void> {
    await this.#connecting;
    await this.#connection?.flush();
  }

  /** Stops accepting messages, lets running handlers answer (for a limited time), sends what is buffered, closes. Safe to repeat. */
  async close(): Promise<void> {
    this.#stop.abort(new BusError('disconnected', 'the bus is closing'));
    await this.#connecting.catch(() => undefined);
    const connection = this.#connection;
    if (!connection || connection.isClosed()) return;
    // A connection that is down cannot be drained, only closed.
    if (!this.#connected) return connection.close();
    const orderly = async () => {
      const subscriptions = this.#registrations.flatMap(({ subscription }) => subscription ?? []);
      await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
      await Promise.allSettled([...this.#working]);
      await connection.drain();
    };
    const { drainMs = DRAIN_MS } = this.options;
    const late = () => new BusError('timeout', `handlers were still running after ${drainMs} ms`);
    await withTimeout(drainMs, orderly, late).catch((error: unknown) => {
      this.options.logger.warn(
        { event: 'bus.drain-incomplete', cause: describeError(error) },
        'cannot drain the connection to NATS; closing it anyway',
      );
      return connection.close();
    });
  }

  async #connect(): Promise<void> {
    const { logger } = this.options;
    const connection = await retry(() => connect(connectionOptions(this.options)), {
      signal: this.#stop.signal,
      firstMs: 200,
      maxMs: 2000,
      onFailure: (error, attempt) => {
        this.#noteRefusal(error);
        const line = { event: 'bus.unreachable', cause: describeError(error), attempt };
        if (attempt % 10 === 1) logger.warn(line, 'NATS cannot be reached; retrying');
      },
    }).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) throw error;
    });
    if (!connection) return;
    this.#connection = connection;
    for (const registration of this.#registrations) this.#subscribe(connection, registration);
    this.#setConnected(true);
    void this.#watch(connection);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.#setConnected(false);
      else if (status.type === 'reconnect') this.#setConnected(true);
      else if (status.type === 'error') {
        this.#noteRefusal(status.error);
        this.options.logger.warn({ event: 'bus.error', cause: describeError(status.error) }, 'NATS reported an error');
      }
    }
    this.#setConnected(false);
    if (this.#stop.signal.aborted) return;
    // The client gives up for good when something inside it fails, such as reading the credentials. We do not.
    const cause = describeError((await connection.closed()) ?? 'no reason given');
    this.options.logger.warn({ event: 'bus.closed', cause }, 'the NATS client closed its connection; opening another');
    this.#connection = undefined;
    this.#connecting = this.#connect();
  }

  #noteRefusal(error: unknown): void {
    if (error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError)
      this.#refusal = describeError(error);
  }

  #setConnected(connected: boolean): void {
    if (connected) this.#refusal = undefined;
    if (this.#connected === connected) return;
    this.#deafness.renewed();
    this.#connected = connected;
    this.options.logger.info(
      { event: connected ? 'bus.connected' : 'bus.disconnected' },
      connected ? 'connected to NATS' : 'lost the connection to NATS',
    );
    for (const listener of this.#listeners) listener(connected);
  }

  #subscribe(connection: NatsConnection, registration: Registration, refusals = 0): void {
    const { subject, options } = registration;
    const subscription = connection.subscribe(subject, options.queue === undefined ? {} : { queue: options.queue });
    registration.subscription = subscription;
    this.#serve(subscription, registration).catch((error: unknown) => {
      const line = { event: 'bus.subscription-refused', subject, cause: describeError(error) };
      this.options.logger.warn(line, 'NATS refused a subscription; retrying');
      void this.#subscribeAgain(connection, registration, refusals + 1);
    });
  }

  async #subscribeAgain(connection: NatsConnection, registration: Registration, refusals: number): Promise<void> {
    await pause(backoffMs(refusals, AGAIN), this.#stop.signal);
    if (connection === this.#connection && !connection.isClosed() && !this.#stop.signal.aborted)
      this.#subscribe(connection, registration, refusals);
  }

  async #serve(subscription: Subscription, { handler, options }: Registration): Promise<void> {
    const running = new Set<Promise<void>>();
    let dropped = 0;
    for await (const message of subscription) {
      // As cheap as possible: there may be a million of them, and whatever ends the flood must get its turn.
      if (options.admits?.(message.subject, message.data.length) === false) {
        if (++dropped % DROPPED_AT_ONCE === 0) await nextTurn();
        continue;
      }
      const work: Promise<void> = this.#handle(message, handler, options).finally(() => {
        running.delete(work);
        this.#working.delete(work);
      });
      running.add(work);
      this.#working.add(work);
      if (running.size >= (options.concurrency ?? 256)) await Promise.race(running);
    }
  }

  async #handle(message: Msg, handler: Respond, options: RespondOptions): Promise<void> {
    const { logger } = this.options;
    const { subject, reply } = message;
    const prefix = options.replyPrefix?.(subject);
    const isOwn = prefix !== undefined && reply?.startsWith(`${prefix}.`) && reply.length <= MOST_REPLY_LETTERS;
    if (reply && options.replyPrefix && !isOwn) return this.#refuseReply(subject, reply);
    try {
      const answer = await handler(Incoming.of(message));
      if (!reply || answer === undefined || options.silent?.(subject)) return;
      const body = JSON.stringify(answer);
      if (options.signer) await answerProven(message, body, options.signer);
      else message.respond(body);
    } catch (error) {
      // No answer is sent: the requester relies on its timeout and a retry.
      logger.warn({ event: 'bus.handler-failed', subject, cause: describeError(error) }, 'a message handler failed');
    }
  }

  /** Logged at most ten times in ten seconds, because an attacker sends thousands. */
  #refuseReply(subject: string, reply: string): void {
    const now = performance.now();
    if (now - this.#refused.since > 10_000) this.#refused = { since: now, count: 0 };
    if (++this.#refused.count > 10) return;
    const line = { event: 'bus.reply-refused', subject, reply: reply.slice(0, MOST_REPLY_LETTERS) };
    this.options.logger.warn(line, 'dropped a request that asked for its answer outside its own inbox');
  }

  #noteSilence(connection: NatsConnection, askedAt: number): void {
    if (!this.#connected || !this.#deafness.timedOut(askedAt, performance.now())) return;
    this.options.logger.warn({ event: 'bus.deaf' }, 'no answer to anything for a while; reconnecting');
    connection.reconnect().catch((error: unknown) => {
      this.options.logger.warn({ event: 'bus.not-renewed', cause: describeError(error) }, 'cannot reconnect to NATS');
    });
  }

  /** Somebody answers in the API's place, or the API has a key that we do not know. Logged once, then hourly. */
  #noteUnproven(subject: string): void {
    this.#unproven += 1;
    const now = performance.now();
    this.#unprovenAt = now;
    if (now - this.#unprovenToldAt < TELL_EVERY_MS) return;
    this.#unprovenToldAt = now;
    const line = { event: 'bus.answer-unproven', subject, count: this.#unproven };
    this.options.logger.warn(line, 'ignored an answer that no known key signed for its request');
  }

  #request<Schema extends z.ZodType>(
    subject: string,
    body: string,
    signature: ReturnType<typeof headers> | undefined,
    reply: Schema,
    timeoutMs: number,
  ): Promise<z.infer<Schema>> {
    const options = { timeout: timeoutMs, ...(signature ? { headers: signature } : {}) };
    return this.#ask(subject, reply, timeoutMs, (connection) => connection.request(subject, body, options));
  }

  async #ask<Schema extends z.ZodType>(
    subject: string,
    reply: Schema,
    timeoutMs: number,
    ask: (connection: NatsConnection) => Promise<Msg>,
  ): Promise<z.infer<Schema>> {
    const connection = this.#connection;
    if (!connection || !this.#connected || this.#stop.signal.aborted)
      throw new BusError('disconnected', 'not connected to NATS');
    const askedAt = performance.now();
    const message = await ask(connection).catch((error: unknown) => {
      const failure = asBusError(subject, timeoutMs, error);
      if (failure.code === 'no-responder' || failure.code === 'unproven') this.#deafness.heard();
      else if (failure.code === 'timeout') this.#noteSilence(connection, askedAt);
      throw failure;
    });
    this.#deafness.heard();
    return parseReply(subject, message, reply);
  }
}

function parseReply<Schema extends z.ZodType>(subject: string, message: Msg, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(Incoming.of(message).json);
  if (parsed.success) return parsed.data;
  throw new BusError('bad-reply', `the answer on ${subject} does not have the agreed shape: ${parsed.error.message}`);
}
