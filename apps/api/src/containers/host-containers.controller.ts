import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  Accepted,
  Container,
  ContainerLogs,
  ContainerPage,
  ContainerPost,
  ContainerQuery,
  ContainerSpec,
  DryRunQuery,
  Flag,
  Reference,
  wholeInQuery,
  type ProblemCode,
} from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { ContainerChanges } from './container-changes.service.js';
import { ContainersService } from './containers.service.js';

const tag = 'containers';
export const ContainerPath = z.strictObject({ host: Reference, name: Reference });
export type ContainerPath = z.infer<typeof ContainerPath>;
export const UNKNOWN: ProblemCode[] = ['unknown-host', 'unknown-container', 'ambiguous-reference'];
export const RemoveQuery = DryRunQuery.extend({
  forget: Flag.meta({ description: 'True: also drop its records on the controllers of its networks.', example: true }),
});
export type RemoveQuery = z.infer<typeof RemoveQuery>;
export const HostContainersQuery = ContainerQuery.omit({ host: true });
export type HostContainersQuery = z.infer<typeof HostContainersQuery>;
const LogsQuery = z.strictObject({
  tail: wholeInQuery(1, 1000, 100)
    .default(100)
    .meta({ description: 'Lines at the end of the log, at most.', example: 200 }),
});
type LogsQuery = z.infer<typeof LogsQuery>;
const change = { tag, answers: { 202: Accepted }, changes: true } as const;

@Controller('v1/hosts/:host/containers')
export class HostContainersController {
  constructor(
    private readonly containers: ContainersService,
    private readonly changes: ContainerChanges,
  ) {}

  @Post()
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    noVersion: 'a launch creates a container',
    id: 'launchContainer',
    summary: 'Launch a ZeroTier container',
    body: true,
    problems: ['unknown-host', 'unknown-network', 'ambiguous-reference', 'container-differs', 'being-removed'],
  })
  launch(
    @Param('host', { schema: Reference }) host: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: ContainerPost }) { name, ...spec }: ContainerPost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, host, { action: 'launch', name, spec });
  }

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listHostContainers',
    tag,
    summary: 'Managed containers of one host, by name',
    answers: { 200: ContainerPage },
    problems: ['unknown-host', 'unknown-network', 'ambiguous-reference'],
  })
  list(
    @Param('host', { schema: Reference }) host: string,
    @Query({ schema: HostContainersQuery }) query: HostContainersQuery,
  ): Promise<ContainerPage> {
    return this.containers.list({ ...query, host });
  }

  @Get(':name')
  @Policy('viewer')
  @Operation({
    id: 'getContainer',
    tag,
    summary: 'One container',
    answers: { 200: Container },
    problems: UNKNOWN,
    etag: true,
  })
  async get(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Container> {
    const container = await this.containers.get(`${host}/${name}`);
    void reply.header('etag', etag(container.version));
    return container;
  }

  @Put(':name')
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    id: 'replaceContainer',
    summary: 'Launch a container, or replace its spec',
    body: true,
    ifMatch: true,
    problems: [...UNKNOWN, 'unknown-network', 'being-removed', 'container-differs', 'router-in-use'],
  })
  replace(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: ContainerSpec }) spec: ContainerSpec,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, host, { action: 'replace', name, spec });
  }

  @Delete(':name')
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    id: 'removeContainer',
    summary: 'Remove a container and its node',
    ifMatch: true,
    problems: [...UNKNOWN, 'attached-by-label', 'router-in-use'],
  })
  remove(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Query({ schema: RemoveQuery }) { forget }: RemoveQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, host, { action: 'remove', name, forget });
  }

  @Post(':name/restart')
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    id: 'restartContainer',
    summary: 'Restart a container',
    ifMatch: true,
    problems: [...UNKNOWN, 'being-removed'],
  })
  restart(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, host, { action: 'restart', name });
  }

  @Get(':name/logs')
  @Policy('operator')
  @Operation({
    id: 'getContainerLogs',
    tag,
    summary: 'The last lines of a container’s log',
    answers: { 200: ContainerLogs },
    problems: [...UNKNOWN, 'host-away', 'host-silent', 'call-failed', 'bus-unavailable'],
  })
  tail(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Query({ schema: LogsQuery }) { tail }: LogsQuery,
  ): Promise<ContainerLogs> {
    return this.containers.logs(host, name, tail);
  }
}
