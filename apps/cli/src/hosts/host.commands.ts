import { Host, HostPage, Presence } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { ReferenceOption } from '../options/reference-option.js';
import { attentionFilter, outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { hostAddLeaf } from './host-add.js';
import { hostRevokeLeaf, hostRotateLeaf } from './host-keys.js';
import { hostPauseLeaf } from './host-pause.js';
import { addHostRemove } from './host-remove.js';
import { addHostSet } from './host-set.js';
import { hostArgument, hostView } from './host-view.js';

export function addHostCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('host', 'machines with an agent');
  addList(program, noun, context, {
    ...hostView,
    plural: 'hosts',
    summary: 'list hosts',
    path: '/v1/hosts',
    page: HostPage,
    filters: [
      new ReferenceOption('--presence <presence>', 'only this presence').choices(Presence.options),
      attentionFilter(),
    ],
    hostOf: null,
    examples: ['orrery host ls', 'orrery hosts -l site=cloud -o name', 'orrery hosts --attention'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a host',
    args: [hostArgument()],
    options: [outputOption()],
    examples: ['orrery host get web-1'],
    run: async ({ output }, host = '') => {
      const answer = await context.client.get(apiPath('hosts', host), Host);
      printOne(context, output, hostView, answer);
    },
  });
  noun.leaf(hostAddLeaf(context));
  addHostSet(noun, context);
  noun.leaf(hostPauseLeaf(context, 'pause')).leaf(hostPauseLeaf(context, 'resume'));
  noun.leaf(hostRotateLeaf(context)).leaf(hostRevokeLeaf(context));
  addHostRemove(noun, context);
}
