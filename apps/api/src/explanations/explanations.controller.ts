import { Controller, Get, Query } from '@nestjs/common';
import { Explanation, ExplanationQuery } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { Explanations } from './explanations.service.js';

@Controller('v1/explanations')
export class ExplanationsController {
  constructor(private readonly explanations: Explanations) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'getExplanation',
    tag: 'explanations',
    summary: 'Why something is as it is',
    answers: { 200: Explanation },
    problems: [
      ...(['unknown-reference', 'unknown-host', 'unknown-node', 'unknown-network', 'unknown-membership'] as const),
      ...(['unknown-command', 'ambiguous-reference', 'address-claimed'] as const),
    ],
  })
  explain(@Query({ schema: ExplanationQuery }) query: ExplanationQuery): Promise<Explanation> {
    return this.explanations.explain(query);
  }
}
