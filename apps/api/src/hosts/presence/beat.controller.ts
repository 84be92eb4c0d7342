import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { BusErrorFilter, type Incoming } from '@orrery/shared/bus';
import { Beat, subjects } from '@orrery/shared/contracts';
import { HostRate } from '../../bus/host-rate.js';
import { PresenceBoard } from './presence-board.js';

/** An agent can be configured for at most ten heartbeats a second. */
const BEAT_RATE = { perSecond: 20, burst: 100 };
const MOST_BYTES = 4096;

/** Every replica receives every heartbeat. */
@Controller()
@UseFilters(BusErrorFilter)
export class BeatController {
  readonly #rate = new HostRate(BEAT_RATE);

  constructor(private readonly board: PresenceBoard) {}

  @EventPattern(subjects.anyBeat)
  beat(@Payload() message: Incoming): void {
    const { host } = message;
    if (!host || message.bytes.length > MOST_BYTES || !this.#rate.admits(host)) return;
    const beat = Beat.safeParse(message.json);
    if (beat.success) this.board.heard(host, beat.data);
  }
}
