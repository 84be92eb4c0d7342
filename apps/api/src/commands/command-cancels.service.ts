import { Injectable } from '@nestjs/common';
import { explain, type CommandId } from '@orrery/shared/contracts';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { AppError } from '@orrery/shared/runtime';
import { Changes } from '../changes/changes.service.js';
import type { Sql } from '../database/sql.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { CommandsService } from './commands.service.js';

@Injectable()
export class CommandCancels {
  constructor(
    private readonly changes: Changes,
    private readonly writer: DesiredWriter,
    private readonly commands: CommandsService,
  ) {}

  async cancel(asked: Asked, id: CommandId): Promise<Answer> {
    return this.changes.run(asked, async (transaction) => {
      const { action } = await this.commands.read(transaction, id);
      if (action === 'release') throw releaseIsDone();
      if (action === 'route' || action === 'unroute') throw routeIsThere();
      await this.writer.cancel(transaction, id, asked.by);
      const accepted = await this.commands.accepted(transaction, id);
      const read = async (sql: Sql) => ({ state: (await this.commands.read(sql, id)).state });
      return { ...accepted, about: [{ noun: 'command', name: id, read }] };
    });
  }
}

/** It requests nothing of its host, so there is nothing to stop. */
const releaseIsDone = () => new AppError({ kind: 'user', ...explain('not-cancellable/release') });

/** Its route is announced or not whatever the host does, and both must stay together. */
const routeIsThere = () => new AppError({ kind: 'user', ...explain('not-cancellable/route') });
