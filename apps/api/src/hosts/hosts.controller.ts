import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { DryRunQuery, Host, HostPage, HostPatch, HostQuery, Reference } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { HostItself, Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { HostsService } from './hosts.service.js';

const RemoveQuery = DryRunQuery.extend({
  confirm: Reference.optional().meta({
    description: 'Its name: required if the host still has containers or networks; they stay there, unmanaged.',
    example: 'web-1',
  }),
});
type RemoveQuery = z.infer<typeof RemoveQuery>;

@Controller('v1/hosts')
export class HostsController {
  constructor(private readonly hosts: HostsService) {}

  @Get()
  @Policy('viewer')
  @Operation({ id: 'listHosts', tag: 'hosts', summary: 'Hosts by name', answers: { 200: HostPage } })
  list(@Query({ schema: HostQuery }) query: HostQuery): Promise<HostPage> {
    return this.hosts.list(query);
  }

  @Get(':host')
  @Policy('viewer')
  @Operation({
    id: 'getHost',
    tag: 'hosts',
    summary: 'One host',
    answers: { 200: Host },
    problems: ['unknown-host', 'ambiguous-reference'],
    etag: true,
  })
  async get(
    @Param('host', { schema: Reference }) reference: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Host> {
    const host = await this.hosts.get(reference);
    void reply.header('etag', etag(host.version));
    return host;
  }

  @Patch(':host')
  @Policy('operator')
  @HostItself()
  @Operation({
    id: 'changeHost',
    tag: 'hosts',
    summary: 'Change the name or labels of a host',
    answers: { 200: Host },
    problems: ['unknown-host', 'ambiguous-reference', 'name-taken'],
    body: true,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  patch(
    @Param('host', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: HostPatch }) patch: HostPatch,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.hosts.patch(asked, reference, patch);
  }

  @Post(':host/pause')
  @HttpCode(200)
  @Policy('operator')
  @HostItself()
  @Operation({
    id: 'pauseHost',
    tag: 'hosts',
    summary: 'Pause a host',
    answers: { 200: Host },
    problems: ['unknown-host', 'ambiguous-reference'],
    changes: true,
    ifMatch: true,
    etag: true,
  })
  pause(
    @Param('host', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.hosts.pause(asked, reference, true);
  }

  @Post(':host/resume')
  @HttpCode(200)
  @Policy('operator')
  @HostItself()
  @Operation({
    id: 'resumeHost',
    tag: 'hosts',
    summary: 'Resume a paused host',
    answers: { 200: Host },
    problems: ['unknown-host', 'ambiguous-reference'],
    changes: true,
    ifMatch: true,
    etag: true,
  })
  resume(
    @Param('host', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.hosts.pause(asked, reference, false);
  }

  @Delete(':host')
  @Policy('admin')
  @HostItself()
  @Operation({
    id: 'removeHost',
    tag: 'hosts',
    summary: 'Forget a host',
    answers: { 200: Host },
    problems: ['unknown-host', 'ambiguous-reference', 'host-not-empty'],
    changes: true,
    ifMatch: true,
  })
  remove(
    @Param('host', { schema: Reference }) reference: string,
    @Query({ schema: RemoveQuery }) { confirm }: RemoveQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.hosts.remove(asked, reference, confirm);
  }
}
