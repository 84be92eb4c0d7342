import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { Incoming } from '@orrery/shared/bus';
import type { CallReply } from '@orrery/shared/contracts';
import { CallsService } from './calls.service.js';

@Controller()
export class CallsController {
  constructor(private readonly calls: CallsService) {}

  @MessagePattern('orrery.v1.host.{host}.call')
  answer(@Payload() message: Incoming): Promise<CallReply> {
    return this.calls.answer(message);
  }
}
