import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { Container, ContainerPage, ContainerQuery, Reference } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { ContainersService } from './containers.service.js';

@Controller('v1/containers')
export class ContainersController {
  constructor(private readonly containers: ContainersService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listContainers',
    tag: 'containers',
    summary: 'Managed containers of all hosts, by host and name',
    answers: { 200: ContainerPage },
    problems: ['unknown-host', 'unknown-network', 'ambiguous-reference'],
  })
  list(@Query({ schema: ContainerQuery }) query: ContainerQuery): Promise<ContainerPage> {
    return this.containers.list(query);
  }

  @Get(':container')
  @Policy('viewer')
  @Operation({
    id: 'findContainer',
    tag: 'containers',
    summary: 'One container: an id, HOST.NAME, or a name that only one host has',
    answers: { 200: Container },
    problems: ['unknown-container', 'ambiguous-reference'],
    etag: true,
  })
  async get(
    @Param('container', { schema: Reference }) reference: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Container> {
    const container = await this.containers.get(reference);
    void reply.header('etag', etag(container.version));
    return container;
  }
}
