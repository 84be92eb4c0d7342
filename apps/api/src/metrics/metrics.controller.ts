import { Controller, Get, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Policy, WholeInstallation } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { MetricsService } from './metrics.service.js';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @Policy('viewer')
  @WholeInstallation()
  @Operation({ id: 'getMetrics', tag: 'system', summary: 'Metrics for Prometheus', answers: {} })
  @ApiResponse({ status: 200, description: 'Done', content: { 'text/plain': { schema: { type: 'string' } } } })
  async text(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const text = await this.metrics.text();
    void reply.type(this.metrics.contentType);
    return text;
  }
}
