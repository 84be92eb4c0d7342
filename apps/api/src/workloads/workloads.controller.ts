import { Controller, Get, Query } from '@nestjs/common';
import { WorkloadPage, WorkloadQuery } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { WorkloadsService } from './workloads.service.js';

@Controller('v1/workloads')
export class WorkloadsController {
  constructor(private readonly workloads: WorkloadsService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listWorkloads',
    tag: 'workloads',
    summary: 'Containers that wear labels for Orrery, or are attached',
    answers: { 200: WorkloadPage },
    problems: ['unknown-host', 'ambiguous-reference'],
  })
  list(@Query({ schema: WorkloadQuery }) query: WorkloadQuery): Promise<WorkloadPage> {
    return this.workloads.list(query);
  }
}
