import { Controller, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { DryRunQuery, Host, Reference } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { HostItself, Policy } from '../auth/policy.decorator.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { sendAnswer } from '../changes/send-answer.js';
import { Operation } from '../http/operation.decorator.js';
import { HostKeys } from './host-keys.service.js';

@Controller('v1/hosts')
export class HostKeysController {
  constructor(private readonly keys: HostKeys) {}

  @Post(':host/revoke')
  @HttpCode(200)
  @Policy('admin')
  @HostItself()
  @Operation({
    id: 'revokeHost',
    tag: 'hosts',
    summary: 'Revoke the key of a host',
    answers: { 200: Host },
    alsoDryRun: true,
    problems: ['unknown-host', 'ambiguous-reference'],
    changes: true,
  })
  async revoke(
    @Param('host', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return sendAnswer(reply, await this.keys.revoke(asked, reference));
  }

  @Post(':host/rotate')
  @HttpCode(200)
  @Policy('admin')
  @HostItself()
  @Operation({
    id: 'rotateHost',
    tag: 'hosts',
    summary: 'Rotate the key of a host',
    answers: { 200: Host },
    problems: ['unknown-host', 'ambiguous-reference', 'host-away', 'call-failed', 'bus-unavailable'],
  })
  rotate(@Param('host', { schema: Reference }) reference: string, @Asking() asked: Asked): Promise<Host> {
    return this.keys.rotate(asked, reference);
  }
}
