import { Controller, ControllerKind, ControllerPage } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { ReferenceOption } from '../options/reference-option.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { controllerAddLeaf } from './controller-add.js';
import { controllerRemoveLeaf } from './controller-remove.js';
import { controllerSetLeaf } from './controller-set.js';
import { controllerArgument, controllerFix, controllerView } from './controller-view.js';

export function addControllerCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('controller', 'controllers that authorize memberships: on hosts, or ZeroTier Central');
  addList(program, noun, context, {
    ...controllerView,
    plural: 'controllers',
    summary: 'list controllers',
    path: '/v1/controllers',
    page: ControllerPage,
    filters: [new ReferenceOption('--kind <kind>', 'only this kind').choices(ControllerKind.options)],
    hostOf: ({ host }) => host?.id ?? null,
    examples: ['orrery controller ls', 'orrery controllers --kind central'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a controller and its problems',
    args: [controllerArgument()],
    options: [outputOption()],
    examples: ['orrery controller get web-1'],
    run: async ({ output }, controller = '') => {
      const answer = await context.client.get(apiPath('controllers', controller), Controller);
      printOne(context, output, controllerView, answer, controllerFix(answer.value));
    },
  });
  noun.leaf(controllerAddLeaf(context)).leaf(controllerSetLeaf(context)).leaf(controllerRemoveLeaf(context));
}
