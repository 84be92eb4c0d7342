import { Injectable } from '@nestjs/common';
import { explain, type FanOut } from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import { CommandsService } from '../commands/commands.service.js';
import { parseSelector } from '../paging/selector-sql.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import type { HostChange } from '../wanted/wanted-items.js';
import { FanOutRepository, type Target } from './fan-out.repository.js';
import { HostCommands } from './host-commands.service.js';

/** One command for every host that a selector matches: all of them or none, in one transaction. */
@Injectable()
export class FanOuts {
  constructor(
    private readonly changes: Changes,
    private readonly repository: FanOutRepository,
    private readonly hostCommands: HostCommands,
    private readonly writer: DesiredWriter,
    private readonly commands: CommandsService,
  ) {}

  run(asked: Asked, { selector, command, confirm }: FanOut): Promise<Answer> {
    const terms = parseSelector(selector);
    return this.changes.run(asked, async (transaction) => {
      const hosts = await this.repository.lock(transaction, terms);
      if (hosts.length === 0) throw noneMatches(selector);
      // A dry run needs no number, because it shows the number.
      if (!asked.dryRun || confirm !== undefined) checkExpected(hosts, confirm);
      const group = newId('cmd');
      const resolved = await this.hostCommands.resolve(transaction, command);
      const changes: HostChange[] = [];
      for (const host of hosts)
        changes.push(await this.hostCommands.decide(transaction, host, resolved, { by: asked.by, group }));
      await this.writer.write(transaction, changes);
      const body = { group, commands: await this.commands.ofGroup(transaction, group) };
      return { status: 202, headers: { location: `/v1/commands?group=${group}` }, body, hosts };
    });
  }
}

/**
 * A selector may match more hosts than its author expects, so for more than one host the number is required, and it
 * must be right.
 */
function checkExpected(hosts: Target[], expected: number | undefined): void {
  if (expected === hosts.length || (expected === undefined && hosts.length === 1)) return;
  throw new AppError({
    kind: 'user',
    ...explain('confirmation-required/hosts', {
      matched: `${hosts.length} ${hosts.length === 1 ? 'host matches' : 'hosts match'}${expected === undefined ? '' : `, not ${expected}`}`,
      count: hosts.length,
    }),
    details: { candidates: hosts.map(({ name }) => name) },
  });
}

const noneMatches = (selector: string) =>
  new AppError({ kind: 'user', ...explain('no-matching-host/selector', { selector }) });
