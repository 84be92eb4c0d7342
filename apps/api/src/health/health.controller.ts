import { Controller, Get, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Liveness, Readiness, Version } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { HealthService } from './health.service.js';

@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('healthz')
  @Policy('public')
  @Operation({
    id: 'getHealth',
    tag: 'system',
    summary: 'Whether the process is alive',
    answers: { 200: Liveness },
    problems: ['busy'],
  })
  alive(): Liveness {
    return { alive: true };
  }

  @Get('readyz')
  @Policy('public')
  @Operation({
    id: 'getReadiness',
    tag: 'system',
    summary: 'Whether the API can do its work',
    answers: { 200: Readiness },
    problems: ['busy'],
  })
  @ApiResponse({ status: 503, standardSchema: Readiness, description: 'Not ready: `checks` says why' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    void reply.code(readiness.ready ? 200 : 503);
    return readiness;
  }

  @Get('v1/version')
  @Policy('public')
  @Operation({
    id: 'getVersion',
    tag: 'system',
    summary: 'Which Orrery this is',
    answers: { 200: Version },
    problems: ['busy', 'store-unavailable'],
  })
  version(): Promise<Version> {
    return this.health.version();
  }
}
