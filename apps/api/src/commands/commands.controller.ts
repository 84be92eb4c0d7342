import { Controller, Delete, Get, Param, Query, Res } from '@nestjs/common';
import {
  Accepted,
  Command,
  CommandId,
  CommandPage,
  CommandQuery,
  CommandWaitQuery,
  DryRunQuery,
} from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { CommandCancels } from './command-cancels.service.js';
import { CommandWaits } from './command-waits.service.js';
import { CommandsService } from './commands.service.js';

@Controller('v1/commands')
export class CommandsController {
  constructor(
    private readonly commands: CommandsService,
    private readonly waits: CommandWaits,
    private readonly cancels: CommandCancels,
  ) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listCommands',
    tag: 'commands',
    summary: 'Commands, newest first',
    answers: { 200: CommandPage },
    problems: ['unknown-host', 'ambiguous-reference'],
  })
  list(@Query({ schema: CommandQuery }) query: CommandQuery): Promise<CommandPage> {
    return this.commands.list(query);
  }

  @Get(':command')
  @Policy('viewer')
  @Operation({
    id: 'getCommand',
    tag: 'commands',
    summary: 'One command; with ?wait= as soon as there is news',
    answers: { 200: Command },
    problems: ['unknown-command'],
  })
  get(
    @Param('command', { schema: CommandId }) id: CommandId,
    @Query({ schema: CommandWaitQuery }) query: CommandWaitQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Command> {
    const wait = new AbortController();
    reply.raw.once('close', () => wait.abort());
    return this.waits.get(id, query, wait);
  }

  @Delete(':command')
  @Policy('operator')
  @Operation({
    id: 'cancelCommand',
    tag: 'commands',
    summary: 'Cancel a command that its host has not received yet',
    answers: { 202: Accepted },
    problems: ['unknown-command', 'not-cancellable'],
    changes: true,
    noVersion: 'a command has no version',
  })
  cancel(
    @Param('command', { schema: CommandId }) id: CommandId,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.cancels.cancel(asked, id);
  }
}
