import { BusError, type Bus } from '@orrery/shared/bus';
import { explain, type HelloReply } from '@orrery/shared/contracts';
import { backoffMs, describeError, pause, type Logger, steadyNow, WakeablePause } from '@orrery/shared/runtime';
import type { Journal } from '../journal/journal.js';
import type { BatchSender } from './batch-sender.js';
import type { Beats } from './beats.js';
import { epochsToSend } from './epochs-to-send.js';
import type { Greeter, Welcome } from './greeter.js';
import type { ServerClock } from './server-clock.js';

export interface UplinkParts {
  bus: Bus;
  journal: Journal;
  greeter: Greeter;
  sender: BatchSender;
  beats: Beats;
  clock: ServerClock;
  logger: Logger;
  requestSnapshot: () => void;
  learnedSkew: (skewMs: number) => void;
  /** Whether the API makes a root know this host's nodes before they start. */
  introduces: (isTold: boolean) => void;
  /** Another agent uses this identity. */
  fence: (cause: string) => void;
  /** The API does not know this host, or no longer does. */
  removed: (cause: string) => Promise<void>;
  /** The API knows this host. */
  known: () => Promise<void>;
}

const PAUSES = { firstMs: 200, maxMs: 3_000 };
/**
 * Repeats hello now and then although nothing happened: the database may have been restored to an older state, which must be
 * noticed within a minute.
 */
const GREET_EVERY_MS = 45_000;
/** The contents of a hello may change many times in quick succession. */
const NEWS_EVERY_MS = 1_000;
const DRAIN_MS = 1_500;
const REFUSED_MS = 30_000;
/** A fenced agent keeps saying hello: only if both copies do can the API tell a clone from leftover messages of a dead agent. */
const FENCED_PAUSES = { firstMs: 2_000, maxMs: REFUSED_MS };
const REMIND_MS = 60 * 60_000;

/**
 * Delivers the journal to the API for as long as the agent runs: a hello at every connection, then what the API lacks, then new
 * events. One batch is in flight at a time.
 */
export class Uplink {
  readonly #stop = new AbortController();
  readonly #pause = new WakeablePause();
  #loop: Promise<void> | undefined;
  #greeted = false;
  #fenced = false;
  #isKnown = false;
  /** A batch was fenced, and no batch was stored since; a hello finds out what that means. */
  #doubt = false;
  #remindAt = 0;
  #heardAt = -Infinity;
  /** Since the last answer signed by the API, only answers with other signatures came. */
  #isDoubtful = false;
  /** When the last hello was sent, answered or not. */
  #saidAt = -Infinity;
  /** The offer has changed: hello is repeated between two batches, and the link counts as up meanwhile. */
  #hasNews = false;
  #newsLater: NodeJS.Timeout | undefined;

  constructor(private readonly parts: UplinkParts) {}

  start(): void {
    const { bus, journal } = this.parts;
    bus.onStatus(() => {
      this.#greeted = false;
      this.#pause.wake();
    });
    journal.onAppend(() => this.#pause.wake());
    this.#loop ??= this.#run();
  }

  /** When the last hello that the API answered was sent, by the steady clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Whether the API knew this host at its last answer. */
  get isWelcome(): boolean {
    return this.#isKnown && !this.#fenced;
  }

  /** Whether the answers in the API's name are signed with keys that this host does not know. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** Whether the API has answered recently. */
  get isUp(): boolean {
    return this.parts.bus.connected && !this.#fenced && steadyNow() - this.#heardAt < 2 * GREET_EVERY_MS;
  }

  /** Says hello now, because the connection to the API is in doubt. */
  ask(): void {
    this.#greeted = false;
    this.#pause.wake();
  }

  /** The offer may differ from what the API knows; then hello is repeated, at most once a second. */
  offerMayHaveChanged(): void {
    if (!this.#greeted || this.#newsLater || this.#stop.signal.aborted || !this.parts.greeter.hasNews) return;
    const waits = this.#saidAt + NEWS_EVERY_MS - steadyNow();
    if (waits <= 0) {
      this.#hasNews = true;
      return this.#pause.wake();
    }
    this.#newsLater = setTimeout(() => {
      this.#newsLater = undefined;
      this.offerMayHaveChanged();
    }, waits);
  }

  /** Gives unsent events a moment to get out, and stops. */
  async stop(drainMs = DRAIN_MS): Promise<void> {
    const end = Date.now() + drainMs;
    const { signal } = this.#stop;
    while (this.parts.bus.connected && this.#greeted && this.#hasUnsent && Date.now() < end) await pause(20, signal);
    this.parts.beats.stop();
    this.#stop.abort(new Error('the agent is stopping'));
    clearTimeout(this.#newsLater);
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      if (this.#fenced) {
        failures += 1;
        await pause(backoffMs(failures, FENCED_PAUSES), signal);
        if (!signal.aborted && this.parts.bus.connected) await this.parts.greeter.greet().catch(() => undefined);
        continue;
      }
      if (!this.parts.bus.connected) {
        await this.#pause.wait(REFUSED_MS, signal);
        continue;
      }
      try {
        await this.#session();
        failures = 0;
        const isCut = !this.#greeted || (await this.#pause.wait(GREET_EVERY_MS, signal));
        if (!isCut) this.#greeted = false;
      } catch (error) {
        failures += 1;
        this.#greeted = false;
        if (error instanceof BusError && error.code === 'unproven') this.#isDoubtful = true;
        this.#logFailure(error, failures);
        await pause(backoffMs(failures, PAUSES), signal);
      }
    }
  }

  get #hasUnsent(): boolean {
    return this.parts.journal.epochs.some(({ head, cursor }) => head > cursor);
  }

  #logFailure(error: unknown, failures: number): void {
    const line = { event: 'uplink.failed', cause: describeError(error), failures };
    const isExpected = error instanceof BusError && error.kind === 'operational';
    if (!isExpected) this.parts.logger.error(line, 'the uplink failed');
    else if (failures % 20 === 1) this.parts.logger.warn(line, 'the API does not answer; retrying');
  }

  /** Says hello if due, and sends everything there is. */
  async #session(): Promise<void> {
    if (!this.#greeted || this.#hasNews) await this.#greet();
    if (!this.#greeted) return;
    const { journal, sender } = this.parts;
    const current = journal.epochs.at(-1);
    const sending = current && (await sender.send(current.ordinal, this.#stop.signal));
    if (sending?.result === 'fenced') return this.#doubtOrFence(sending.cause);
    this.#doubt = false;
    if (sending?.result === 'greet') await this.#greetAgain(PAUSES.firstMs);
  }

  /** The answer to a batch cannot tell a removed host from a cloned one; the answer to a hello can. */
  #doubtOrFence(cause: string): Promise<void> | void {
    if (this.#doubt) return this.#fence(cause);
    this.#doubt = true;
    return this.#greetAgain(PAUSES.firstMs);
  }

  /** Says hello, and sends what the API lacks of older epochs. */
  async #greet(): Promise<void> {
    const { greeter, journal } = this.parts;
    // If the connection is lost from here on, this becomes false again.
    this.#greeted = true;
    this.#hasNews = false;
    const asked = steadyNow();
    this.#saidAt = asked;
    const reply = await greeter.greet();
    this.#heardAt = asked;
    this.#isDoubtful = false;
    this.#isKnown = reply.result !== 'refused';
    if (reply.result === 'refused') return this.#refused(reply);
    await this.parts.known();
    this.#welcome(reply);
    for (const { ordinal, cursor } of epochsToSend(journal.epochs, reply)) {
      const isCurrent = ordinal === journal.epochs.at(-1)?.ordinal;
      await journal.confirm(ordinal, cursor);
      if (!isCurrent && !(await this.#sendOlder(ordinal))) return this.#greetAgain(PAUSES.firstMs);
    }
  }

  async #refused({ code, cause }: Extract<HelloReply, { result: 'refused' }>): Promise<void> {
    const { logger, beats, removed } = this.parts;
    beats.stop();
    if (code === 'cloned') {
      logger.error({ event: 'hello.refused', code, cause }, 'the API refused this host');
      return this.#fence(cause);
    }
    this.#remind(cause);
    await removed(cause);
    await this.#greetAgain(REFUSED_MS);
  }

  #remind(cause: string): void {
    const now = steadyNow();
    if (now < this.#remindAt) return;
    this.#remindAt = now + REMIND_MS;
    this.parts.logger.warn(
      { event: 'host.removed', cause, fix: explain('host-removed', { cause }).fix },
      'this host was removed: only observing',
    );
  }

  async #greetAgain(pauseFor: number): Promise<void> {
    this.#greeted = false;
    await pause(pauseFor, this.#stop.signal);
  }

  #welcome(reply: Welcome): void {
    const { beats, clock, learnedSkew, requestSnapshot, logger, journal } = this.parts;
    logger.info({ event: 'hello.welcome', epoch: journal.epoch, cursor: reply.cursor }, 'the API knows this host');
    beats.every(reply.heartbeatSeconds * 1000);
    beats.now();
    this.parts.introduces(reply.introduces ?? false);
    if (clock.skewMs !== undefined) learnedSkew(clock.skewMs);
    if (reply.wantsSnapshot) requestSnapshot();
  }

  /** False when hello must be said again first. */
  async #sendOlder(ordinal: number): Promise<boolean> {
    const { sender, journal, requestSnapshot } = this.parts;
    const sending = await sender.send(ordinal, this.#stop.signal);
    if (sending.result === 'fenced') {
      const cursor = journal.epochs.find((one) => one.ordinal === ordinal)?.cursor ?? 0;
      await journal.salvage(ordinal, cursor, `the API has closed their epoch: ${sending.cause}`);
      requestSnapshot();
    }
    return sending.result !== 'greet';
  }

  #fence(cause: string): void {
    this.#fenced = true;
    this.#greeted = false;
    this.parts.beats.stop();
    this.parts.fence(cause);
  }
}
