import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Accepted, ContainerLogs, DryRunQuery, wholeInQuery } from '@orrery/shared/contracts';
import { z } from 'zod';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { ContainerPath } from './container-path.js';
import { ContainerCommands } from './container-commands.service.js';
import { ContainerLogsService } from './container-logs.service.js';

const LogsQuery = z.strictObject({
  tail: wholeInQuery(1, 1000, 100)
    .default(100)
    .meta({ description: 'Lines at the end of the log, at most.', example: 200 }),
});
type LogsQuery = z.infer<typeof LogsQuery>;

/** What one does with a running container. */
@Controller('v1/hosts/:host/containers/:name')
export class ContainerActionsController {
  constructor(
    private readonly commands: ContainerCommands,
    private readonly logs: ContainerLogsService,
  ) {}

  @Post('restart')
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    id: 'restartContainer',
    tag: 'containers',
    summary: 'Restart a container',
    answers: { 202: Accepted },
    changes: true,
    ifMatch: true,
    problems: ['unknown-host', 'unknown-container', 'ambiguous-reference', 'being-removed'],
  })
  restart(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.commands.restart(asked, host, name);
  }

  @Get('logs')
  @Policy('operator')
  @Operation({
    id: 'getContainerLogs',
    tag: 'containers',
    summary: 'The last lines of a container’s log',
    answers: { 200: ContainerLogs },
    problems: [
      'unknown-host',
      'unknown-container',
      'ambiguous-reference',
      'host-away',
      'host-silent',
      'call-failed',
      'bus-unavailable',
    ],
  })
  tail(
    @Param({ schema: ContainerPath }) { host, name }: ContainerPath,
    @Query({ schema: LogsQuery }) { tail }: LogsQuery,
  ): Promise<ContainerLogs> {
    return this.logs.tail(host, name, tail);
  }
}
