import { Container, ContainerPage } from '@orrery/shared/contracts';
import { hostFilter } from '../hosts/host-view.js';
import { networkFilter } from '../networks/network-view.js';
import { attentionFilter, outputOption, type OutputOptions } from '../options/shared-options.js';
import { outcomeLines } from '../output/outcome.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { containerReference } from '../references/container-reference.js';
import { addContainerLogs } from './container-logs.js';
import { addContainerSet } from './container-set.js';
import { containerArgument, containerView, containerViewWithNames } from './container-view.js';
import { removeLeaf } from './remove.js';
import { restartLeaf } from './restart.js';

export function addContainerCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('container', 'ZeroTier containers that Orrery manages');
  addList(program, noun, context, {
    ...containerView,
    plural: 'containers',
    summary: 'list containers',
    path: '/v1/containers',
    page: ContainerPage,
    filters: [hostFilter(), networkFilter(), attentionFilter()],
    hostOf: (container) => container.host.id,
    viewOf: (rows) => containerViewWithNames(context, rows),
    examples: ['orrery container ls', 'orrery containers --network lab -o wide'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a container',
    args: [containerArgument()],
    options: [outputOption()],
    examples: ['orrery container get web-1/demo'],
    run: async ({ output }, reference = '') => {
      const { path } = await containerReference(context.client, reference);
      const answer = await context.client.get(path, Container);
      const isTable = output === 'table' || output === 'wide';
      const view = isTable ? await containerViewWithNames(context, [answer.value]) : containerView;
      printOne(context, output, view, answer, outcomeLines(answer.value.outcome));
    },
  });
  addContainerSet(noun, context);
  noun.leaf(restartLeaf(context, 'orrery container restart'));
  noun.leaf(removeLeaf(context, 'orrery container rm'));
  addContainerLogs(noun, context);
}
