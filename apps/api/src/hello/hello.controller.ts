import { Controller, Inject, UseFilters } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { BusErrorFilter, type Incoming } from '@orrery/shared/bus';
import { Hello, MAX_BATCH_BYTES, subjects, type HelloReply } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import { HostRate } from '../bus/host-rate.js';
import { PresenceBoard } from '../hosts/presence/presence-board.js';
import { LOGGER } from '../logger.js';
import { HelloService } from './hello.service.js';

/** An agent says hello at its start and after a lost connection; one in trouble every second or so. */
const HELLO_RATE = { perSecond: 2, burst: 50 };

/** In KiB: the answer to a hello can contain a desired state. A state larger than the burst is charged as the burst. */
const ANSWER_RATE = { perSecond: 256, burst: 1024 };

/** The start of an agent's session. An invalid hello gets no answer: the agent's own timeout and retry handle that. */
@Controller()
@UseFilters(BusErrorFilter)
export class HelloController {
  readonly #rate = new HostRate(HELLO_RATE);
  readonly #answered = new HostRate(ANSWER_RATE);

  constructor(
    private readonly service: HelloService,
    private readonly board: PresenceBoard,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @MessagePattern(subjects.anyHello)
  async hello(@Payload() message: Incoming): Promise<HelloReply | undefined> {
    const { host } = message;
    if (host && !this.#rate.admits(host)) return undefined;
    // A hello can hand back a state, which can be as large as any message, so its limit is twice that.
    const hello = message.bytes.length <= 2 * MAX_BATCH_BYTES ? Hello.safeParse(message.json) : undefined;
    if (!host || !hello?.success) {
      this.logger.warn({ event: 'hello.malformed', host, cause: hello?.error?.issues.slice(0, 3) }, 'malformed hello');
      return undefined;
    }
    const reply = await this.service.hello(host, hello.data);
    if (reply.result !== 'welcome') return reply;
    this.board.heard(host, hello.data);
    const cost = Math.min(1 + (reply.desired?.body.length ?? 0) / 1024, ANSWER_RATE.burst);
    return this.#answered.admits(host, cost) ? reply : undefined;
  }
}
