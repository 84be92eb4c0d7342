import { Controller, Get } from '@nestjs/common';
import { Status } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { StatusService } from './status.service.js';

@Controller('v1/status')
export class StatusController {
  constructor(private readonly statuses: StatusService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'getStatus',
    tag: 'system',
    summary: 'Overall status, and how to fix problems',
    answers: { 200: Status },
  })
  status(): Promise<Status> {
    return this.statuses.status();
  }
}
