import { Controller, Get, Res } from '@nestjs/common';
import { Topology } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { TopologyService } from './topology.service.js';

@Controller('v1/topology')
export class TopologyController {
  constructor(private readonly topology: TopologyService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'getTopology',
    tag: 'system',
    summary: 'Everything that a picture of the fleet shows',
    answers: { 200: Topology },
  })
  async get(@Res({ passthrough: true }) reply: FastifyReply): Promise<Topology> {
    const { tag, topology } = await this.topology.read();
    void reply.header('etag', tag);
    return topology;
  }
}
