import { Controller, UseFilters } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { BusErrorFilter, type Incoming } from '@orrery/shared/bus';
import { subjects, type EventBatchReply, type HostId } from '@orrery/shared/contracts';
import { HostRate } from '../bus/host-rate.js';
import { decodeBatch } from './batch-decoder.js';
import { EventAllowance } from './event-allowance.js';
import { Intake } from './intake.js';

/**
 * In KiB, and a little for each message: 8 MiB or 250 small batches a second, more than a host that catches up needs.
 */
const EVENTS_RATE = { perSecond: 8192, burst: 16_384 };
const EACH = 32;
/**
 * An agent that is told to wait does. One that continues gets no answer, because each of its connections would get a
 * copy of it for every subscription.
 */
const BUSY_RATE = { perSecond: 8, burst: 16 };
const BUSY_MS = 250;

/**
 * Receives the reports of agents. The host is taken from the subject, which the broker allows only that host to use.
 */
@Controller()
@UseFilters(BusErrorFilter)
export class IngestController {
  readonly #rate = new HostRate(EVENTS_RATE);
  readonly #toldBusy = new HostRate(BUSY_RATE);

  constructor(
    private readonly intake: Intake,
    private readonly allowance: EventAllowance,
  ) {}

  @MessagePattern(subjects.anyEvents)
  async events(@Payload() message: Incoming): Promise<EventBatchReply | undefined> {
    const { host } = message;
    if (!host) return { result: 'refused', cause: 'the subject names no host' };
    const retryAfterMs = this.#waitOf(host, message.bytes.length);
    if (retryAfterMs !== undefined) return this.#toldBusy.admits(host) ? { result: 'busy', retryAfterMs } : undefined;
    const batch = decodeBatch(host, message.bytes);
    if ('result' in batch) return batch;
    const reply = await this.intake.submit(batch);
    if (reply.result === 'stored') this.allowance.spend(host, batch.events.length, message.bytes.length);
    return reply;
  }

  /** How many milliseconds a host must wait that sends faster, or more in all, than it is allowed to. */
  #waitOf(host: HostId, bytes: number): number | undefined {
    return this.#rate.admits(host, EACH + bytes / 1024) ? this.allowance.waitOf(host) : BUSY_MS;
  }
}
