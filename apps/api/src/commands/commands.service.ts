import { Injectable } from '@nestjs/common';
import { explain, type Command, type CommandId, type CommandPage, type CommandQuery } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Changed } from '../changes/changes.service.js';
import type { Sql } from '../database/sql.js';
import { Store } from '../database/store.js';
import { References } from '../references/references.service.js';
import { CommandsRepository } from './commands.repository.js';

@Injectable()
export class CommandsService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: CommandsRepository,
  ) {}

  async list(query: CommandQuery): Promise<CommandPage> {
    const host = query.host === undefined ? undefined : await this.references.host(this.store, query.host);
    return this.repository.list(this.store, query, host?.id);
  }

  async get(id: CommandId): Promise<Command> {
    return this.read(this.store, id);
  }

  async read(sql: Sql, id: CommandId): Promise<Command> {
    const command = await this.repository.get(sql, id);
    if (command) return command;
    throw new AppError({ kind: 'user', ...explain('unknown-command', { cause: `there is no command ${id}` }) });
  }

  /** All commands of a fan-out, ordered by host. */
  ofGroup(sql: Sql, group: CommandId): Promise<Command[]> {
    return this.repository.ofGroup(sql, group);
  }

  /** The answer to a change that made one command. */
  async accepted(sql: Sql, id: CommandId): Promise<Changed> {
    const command = await this.read(sql, id);
    return {
      status: 202,
      headers: { location: `/v1/commands/${id}` },
      body: { command },
      hosts: [command.host],
    };
  }
}
