import { Node, NodeKind, NodePage } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { hostFilter } from '../hosts/host-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { attentionFilter, outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { nodeArgument, nodeView } from './node-view.js';

export function addNodeCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('node', 'zerotier-one daemons, on hosts and in containers');
  addList(program, noun, context, {
    ...nodeView,
    plural: 'nodes',
    summary: 'list nodes',
    path: '/v1/nodes',
    page: NodePage,
    filters: [
      hostFilter(),
      new ReferenceOption('--kind <kind>', 'only this kind').choices(NodeKind.options),
      attentionFilter(),
    ],
    hostOf: (node) => node.host.id,
    examples: ['orrery node ls', 'orrery nodes --host web-1 -o wide', 'orrery nodes --attention'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a node',
    args: [nodeArgument()],
    options: [outputOption()],
    examples: ['orrery node get web-1', 'orrery node get web-1/demo'],
    run: async ({ output }, node = '') => {
      printOne(context, output, nodeView, await context.client.get(apiPath('nodes', node), Node));
    },
  });
}
