import type { Bus, Verifier } from '@orrery/shared/bus';
import { EventBatchReply, subjects, type AgentEvent, type HostId } from '@orrery/shared/contracts';
import { crashPoint, pause, type Logger } from '@orrery/shared/runtime';
import type { Journal } from '../journal/journal.js';

export interface BatchSenderParts {
  host: HostId;
  bus: Bus;
  verifier: Verifier;
  journal: Journal;
  logger: Logger;
  requestSnapshot: () => void;
}

/** sent: nothing is left. greet: the API and the journal disagree, say hello again. fenced: the epoch is closed forever. */
export type Sending = { result: 'sent' | 'greet' } | { result: 'fenced'; cause: string };

const BATCH_MS = 5_000;
/** Cap on how long the API can make this host wait. */
const LONGEST_BUSY_MS = 30_000;
const LONG_BUSY_MS = 1_000;

/** Sends an epoch's events one batch at a time; the next goes out when the API has committed the previous one. */
export class BatchSender {
  /** Maximum number of events in the next batch: halved after a refusal, to find the one that the API rejects. */
  #limit = Number.POSITIVE_INFINITY;

  constructor(private readonly parts: BatchSenderParts) {}

  /** Throws BusError when there is no answer. It is then unknown what was stored; sending it again settles that. */
  async send(ordinal: number, signal: AbortSignal): Promise<Sending> {
    const { journal } = this.parts;
    while (!signal.aborted) {
      const epoch = journal.epochs.find((one) => one.ordinal === ordinal);
      if (!epoch || epoch.head <= epoch.cursor) return { result: 'sent' };
      const events = (await journal.read(ordinal, epoch.cursor + 1)).slice(0, this.#limit);
      if (events.length === 0) return this.#passHole(ordinal, epoch.cursor);
      const over = await this.#sendBatch(ordinal, epoch.epoch, events, signal);
      if (over) return over;
    }
    return { result: 'sent' };
  }

  async #sendBatch(
    ordinal: number,
    epoch: Journal['epoch'],
    events: AgentEvent[],
    signal: AbortSignal,
  ): Promise<Sending | undefined> {
    const { host, bus, verifier, journal } = this.parts;
    const batch = { epoch, from: events[0]?.seq, at: new Date().toISOString(), events };
    crashPoint('uplink.before-send');
    const reply = await bus.requestProven(subjects.events(host), batch, EventBatchReply, BATCH_MS, verifier);
    crashPoint('uplink.after-reply');
    switch (reply.result) {
      case 'stored':
        await journal.confirm(ordinal, reply.cursor);
        this.#limit = Number.POSITIVE_INFINITY;
        if (reply.wantsSnapshot) this.parts.requestSnapshot();
        return undefined;
      case 'gap':
        await journal.confirm(ordinal, reply.cursor);
        return { result: 'greet' };
      case 'fenced':
        return { result: 'fenced', cause: reply.cause };
      case 'busy':
        await pause(Math.min(reply.retryAfterMs, LONGEST_BUSY_MS), signal);
        // The API answers, so say hello between two long pauses; otherwise this host would count as cut off.
        return reply.retryAfterMs >= LONG_BUSY_MS ? { result: 'greet' } : undefined;
      case 'refused':
        return this.#refused(ordinal, events, reply.cause);
    }
  }

  async #refused(ordinal: number, events: AgentEvent[], cause: string): Promise<Sending | undefined> {
    const [first] = events;
    const line = { event: 'uplink.refused', cause, from: first?.seq, count: events.length };
    this.parts.logger.error(line, 'the API refused events');
    if (events.length === 1 && first) await this.parts.journal.replaceByGap(ordinal, first.seq, `refused: ${cause}`);
    this.#limit = Math.max(1, Math.floor(events.length / 2));
    return { result: 'greet' };
  }

  /** The next event is missing from the journal, so its epoch cannot continue. */
  async #passHole(ordinal: number, cursor: number): Promise<Sending> {
    const { journal, requestSnapshot } = this.parts;
    const isCurrent = journal.epochs.at(-1)?.ordinal === ordinal;
    if (isCurrent) await journal.renew();
    await journal.salvage(ordinal, cursor, 'they are missing from the journal');
    requestSnapshot();
    return { result: isCurrent ? 'greet' : 'sent' };
  }
}
