import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { Accepted, AttachmentPost, Container, ContainerPage, DryRunQuery, Reference } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { ContainerChanges } from './container-changes.service.js';
import { attachmentName } from './container-spec.js';
import { ContainersService } from './containers.service.js';
import { ContainerPath, HostContainersQuery, RemoveQuery, UNKNOWN } from './host-containers.controller.js';

const tag = 'attachments';
const change = { tag, answers: { 202: Accepted }, changes: true } as const;

/** Attachments of one host: containers that have a workload, without the other ones. */
@Controller('v1/hosts/:host/attachments')
export class AttachmentsController {
  constructor(
    private readonly containers: ContainersService,
    private readonly changes: ContainerChanges,
  ) {}

  @Post()
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    noVersion: 'an attachment creates a container',
    id: 'attachWorkload',
    summary: 'Attach a workload to networks',
    body: true,
    problems: ['unknown-host', 'unknown-network', 'ambiguous-reference', 'container-differs', 'being-removed'],
  })
  attach(
    @Param('host', { schema: Reference }) host: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: AttachmentPost }) { workload, name = attachmentName(workload), ...spec }: AttachmentPost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, host, { action: 'launch', name, spec, workload });
  }

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listAttachments',
    tag,
    summary: 'Attachments on one host, by name',
    answers: { 200: ContainerPage },
    problems: ['unknown-host', 'unknown-network', 'ambiguous-reference'],
  })
  list(
    @Param('host', { schema: Reference }) host: string,
    @Query({ schema: HostContainersQuery }) query: HostContainersQuery,
  ): Promise<ContainerPage> {
    return this.containers.list({ ...query, host }, { kind: 'attachment' });
  }

  @Get(':name')
  @Policy('viewer')
  @Operation({
    id: 'getAttachment',
    tag,
    summary: 'One attachment',
    answers: { 200: Container },
    problems: UNKNOWN,
    etag: true,
  })
  async get(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Container> {
    const container = await this.containers.getAttachment(`${host}/${name}`);
    void reply.header('etag', etag(container.version));
    return container;
  }

  @Delete(':name')
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    id: 'detachWorkload',
    summary: 'Remove an attachment and its node',
    ifMatch: true,
    problems: [...UNKNOWN, 'attached-by-label'],
  })
  detach(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Query({ schema: RemoveQuery }) { forget }: RemoveQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, host, { action: 'remove', name, forget, attachment: true });
  }
}
