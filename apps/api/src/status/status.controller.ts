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
    summary: 'Counts, then what is not fine, the worst first, each with the next command to type',
    answers: { 200: Status },
  })
  status(): Promise<Status> {
    return this.statuses.status();
  }
}
