import { Controller, Get, Query } from '@nestjs/common';
import { FindingPage, FindingQuery } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { FindingsService } from './findings.service.js';

@Controller('v1/findings')
export class FindingsController {
  constructor(private readonly findings: FindingsService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listFindings',
    tag: 'findings',
    summary: 'Diagnosed causes, each with its fix',
    answers: { 200: FindingPage },
    problems: ['unknown-host', 'ambiguous-reference'],
  })
  list(@Query({ schema: FindingQuery }) query: FindingQuery): Promise<FindingPage> {
    return this.findings.list(query);
  }
}
