import { Network, NetworkPage } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { controllerOption } from '../controllers/controller-view.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { networkCreateLeaf } from './network-create.js';
import { networkRemoveLeaf } from './network-remove.js';
import { networkSetLeaf } from './network-set.js';
import { networkArgument, networkView, printNetwork } from './network-view.js';

export function addNetworkCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('network', 'ZeroTier networks that Orrery manages or that nodes here have joined');
  addList(program, noun, context, {
    ...networkView,
    plural: 'networks',
    summary: 'list networks',
    path: '/v1/networks',
    page: NetworkPage,
    filters: [controllerOption('only networks on this controller')],
    hostOf: null,
    selectable: false,
    examples: ['orrery network ls', 'orrery networks --controller web-1 -o wide'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a network: settings, admission policy and problems',
    args: [networkArgument()],
    options: [outputOption()],
    examples: ['orrery network get lab'],
    run: async ({ output }, network = '') => {
      printNetwork(context, output, await context.client.get(apiPath('networks', network), Network));
    },
  });
  noun.leaf(networkCreateLeaf(context)).leaf(networkSetLeaf(context)).leaf(networkRemoveLeaf(context));
}
