import { Controller, UseFilters } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { BusErrorFilter, type Incoming } from '@orrery/shared/bus';
import { subjects, type EventBatchReply } from '@orrery/shared/contracts';
import { HostRate } from '../bus/host-rate.js';
import { decodeBatch } from './batch-decoder.js';
import { Intake } from './intake.js';

/** In KiB, and a little for each message: 8 MiB or 250 small batches a second, more than a host that catches up needs. */
const EVENTS_RATE = { perSecond: 8192, burst: 16_384 };
const EACH = 32;
const BUSY_MS = 250;
/** An agent has one batch on its way, and asks again after `BUSY_MS`. More than this is a flood, which gets no signed answers. */
const BUSY_RATE = { perSecond: 20, burst: 40 };

/** What agents report. The host is taken from the subject, which the broker lets only that host use. */
@Controller()
@UseFilters(BusErrorFilter)
export class IngestController {
  readonly #rate = new HostRate(EVENTS_RATE);
  readonly #busy = new HostRate(BUSY_RATE);

  constructor(private readonly intake: Intake) {}

  @MessagePattern(subjects.anyEvents)
  async events(@Payload() message: Incoming): Promise<EventBatchReply | undefined> {
    const { host } = message;
    if (!host) return { result: 'refused', cause: 'the subject names no host' };
    if (!this.#rate.admits(host, EACH + message.bytes.length / 1024))
      return this.#busy.admits(host) ? { result: 'busy', retryAfterMs: BUSY_MS } : undefined;
    const batch = decodeBatch(host, message.bytes);
    return 'result' in batch ? batch : this.intake.submit(batch);
  }
}
