import { DryRun, Network, NetworkPage, type NetworkPut } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { networkArgument, networkView } from './network-view.js';

export function addNetworkCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('network', 'ZeroTier networks that something here is in');
  addList(program, noun, context, {
    ...networkView,
    plural: 'networks',
    summary: 'list networks',
    path: '/v1/networks',
    page: NetworkPage,
    hostOf: null,
    selectable: false,
    examples: ['orrery network ls'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a network',
    args: [networkArgument()],
    options: [outputOption()],
    examples: ['orrery network get 8056c2e21c000001'],
    run: async ({ output }, network = '') => {
      printOne(context, output, networkView, await context.client.get(apiPath('networks', network), Network));
    },
  });
  addNetworkSet(noun, context);
}

function addNetworkSet(noun: OrreryCommand, context: Context): void {
  noun.leaf<OutputOptions & { name: string; dryRun?: boolean }>({
    name: 'set',
    summary: 'give a network a name to use in its place',
    args: [networkArgument()],
    options: [new ReferenceOption('--name <name>', 'the name').makeOptionMandatory(), dryRunOption(), outputOption()],
    examples: ['orrery network set 8056c2e21c000001 --name lab'],
    run: async ({ output, name, dryRun }, network = '') => {
      const body: NetworkPut = { name };
      const query = dryRun ? { dryRun } : {};
      const { client } = context;
      const { value, raw } = await client.request('PUT', apiPath('networks', network), z.union([DryRun, Network]), {
        body,
        query,
      });
      if ('dryRun' in value) printDryRun(context, output, value, raw);
      else printOne(context, output, networkView, { value, raw });
    },
  });
}
