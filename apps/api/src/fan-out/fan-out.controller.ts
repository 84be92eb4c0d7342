import { Body, Controller, HttpCode, Post, Query, Res } from '@nestjs/common';
import { AcceptedGroup, DryRunQuery, FanOut } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { sendAnswer } from '../changes/send-answer.js';
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
    alsoDryRun: true,
    body: true,
    changes: true,
    problems: [
      'no-matching-host',
      'confirmation-required',
      'unknown-network',
      'unknown-container',
      'unknown-membership',
      'container-differs',
      'being-removed',
      'unmanaged-membership',
    ],
  })
  async run(
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: FanOut }) fanOut: FanOut,
    @Asking() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return sendAnswer(reply, await this.fanOuts.run(asked, fanOut));
  }
}
