import { Body, Controller, HttpCode, Post, Query } from '@nestjs/common';
import { AcceptedGroup, DryRunQuery, FanOut } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { FanOuts } from './fan-out.service.js';

@Controller('v1/commands')
export class FanOutController {
  constructor(private readonly fanOuts: FanOuts) {}

  @Post()
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    id: 'fanOut',
    tag: 'commands',
    summary: 'One command for every host that a selector matches, all or none',
    answers: { 202: AcceptedGroup },
    body: true,
    changes: true,
    noVersion: 'it concerns every host that matches',
    problems: [
      'no-matching-host',
      'confirmation-required',
      'unknown-network',
      'unknown-container',
      'unknown-membership',
      'container-differs',
      'being-removed',
      'unmanaged-membership',
      'router-in-use',
    ],
  })
  run(
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: FanOut }) fanOut: FanOut,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.fanOuts.run(asked, fanOut);
  }
}
