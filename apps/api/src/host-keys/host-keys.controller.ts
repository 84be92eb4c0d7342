import { Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DryRunQuery, Host, Reference } from '@orrery/shared/contracts';
import { HostItself, Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
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
    problems: ['unknown-host', 'ambiguous-reference'],
    changes: true,
    ifMatch: true,
    etag: true,
  })
  revoke(
    @Param('host', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.keys.revoke(asked, reference);
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
    problems: ['unknown-host', 'ambiguous-reference', 'host-away', 'host-silent', 'call-failed', 'bus-unavailable'],
    changes: true,
    ifMatch: true,
    etag: true,
  })
  rotate(
    @Param('host', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.keys.rotate(asked, reference);
  }
}
