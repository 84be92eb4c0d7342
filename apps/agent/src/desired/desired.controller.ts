import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { Incoming } from '@orrery/shared/bus';
import type { DesiredReply } from '@orrery/shared/contracts';
import { DesiredStore } from './desired-store.js';

/** Receives desired states. It stores and answers; the reconciler acts on them later. */
@Controller()
export class DesiredController {
  constructor(private readonly store: DesiredStore) {}

  @MessagePattern('orrery.v1.host.{host}.desired')
  accept(@Payload() message: Incoming): Promise<DesiredReply> {
    return this.store.accept(message.signed);
  }
}
