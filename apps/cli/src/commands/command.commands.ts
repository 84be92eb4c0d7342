import { Command, CommandPage, CommandState } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import type { ExitCode } from '../errors/exit-code.js';
import { hostFilter } from '../hosts/host-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { DEFAULT_WAIT, outputOption, type OutputOptions, waitOption } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import { outcomeLines } from '../output/outcome.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { stageText } from '../waiting/stage-text.js';
import { waitForCommands } from '../waiting/wait-for-commands.js';
import { addCommandCancel } from './command-cancel.js';
import { commandArgument, commandView } from './command-view.js';

export function addCommandCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('command', 'requested changes and their outcomes');
  addList(program, noun, context, {
    ...commandView,
    plural: 'commands',
    summary: 'list commands, newest first',
    path: '/v1/commands',
    page: CommandPage,
    filters: [
      hostFilter(),
      new ReferenceOption('--state <state>', 'only this state').choices(CommandState.options),
      new ReferenceOption('--group <id>', 'only this fan-out'),
    ],
    hostOf: (command) => command.host.id,
    limit: 50,
    examples: ['orrery command ls', 'orrery commands --state waiting -o wide'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a command and its stages',
    args: [commandArgument()],
    options: [outputOption()],
    examples: ['orrery command get cmd_2345672345672345672a'],
    run: async ({ output }, id = '') => {
      const answer = await context.client.get(apiPath('commands', id), Command);
      const stages = answer.value.stages.map((stage): [string, string] => ['stage', stageText(stage)]);
      printOne(context, output, commandView, answer, [...stages, ...outcomeLines(answer.value.outcome)]);
    },
  });
  addCommandWait(noun, context);
  addCommandCancel(noun, context);
}

function addCommandWait(noun: OrreryCommand, context: Context): void {
  noun.leaf<OutputOptions & { wait?: string }>({
    name: 'wait',
    summary: 'wait for commands to finish',
    details: 'Ctrl-C stops waiting, not the command (exit code 130).',
    args: [commandArgument('<commands...>')],
    options: [waitOption(), outputOption()],
    examples: [
      'orrery command wait cmd_2345672345672345672a',
      'orrery command wait cmd_2345672345672345672a --wait=10m',
    ],
    run: async ({ output, wait }, ...ids): Promise<ExitCode> => {
      const forMs = parseDuration(wait ?? DEFAULT_WAIT);
      const answers = await Promise.all(ids.map((id) => context.client.get(apiPath('commands', id), Command)));
      const commands = answers.map((answer) => answer.value);
      return waitForCommands(context, commands, { forMs, format: output, asList: ids.length > 1 });
    },
  });
}
