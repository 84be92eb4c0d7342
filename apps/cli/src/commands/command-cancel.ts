import { Accepted, Command } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { commandArgument, commandView } from './command-view.js';

/** `command cancel`: works only until the host has received the command; after that, use the opposite command. */
export function addCommandCancel(noun: OrreryCommand, context: Context): void {
  noun.leaf<OutputOptions>({
    name: 'cancel',
    summary: 'cancel a command that its host has not received yet',
    details: 'Once the host has received a command, use the opposite command instead (leave, rm).',
    args: [commandArgument()],
    options: [outputOption()],
    examples: ['orrery command cancel cmd_2345672345672345672a'],
    run: async ({ output }, id = '') => {
      const answer = await context.client.request('DELETE', apiPath('commands', id), z.union([Accepted, Command]));
      const { value, raw } = answer;
      if ('command' in value)
        printOne(context, output, commandView, { value: value.command, raw: (raw as { command: unknown }).command });
      else printOne(context, output, commandView, { value, raw });
    },
  });
}
