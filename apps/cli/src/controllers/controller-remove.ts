import { Controller, DryRun } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, yesOption, type ChangeOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { safeText } from '../terminal/safe-text.js';
import { controllerArgument, controllerView } from './controller-view.js';

/** `controller rm`: Orrery forgets the controller. Everything already running keeps running; with `--force`, also its networks, without Orrery. */
export const controllerRemoveLeaf = (context: Context): Leaf<ChangeOptions & { force?: boolean }> => ({
  name: 'rm',
  summary: 'forget a controller',
  details:
    'Refused while the controller has networks. Its zerotier-one keeps running; to remove a container that was launched for it, use orrery rm.',
  args: [controllerArgument()],
  options: [
    new ReferenceOption('--force', 'also forget its networks: they keep working, but Orrery no longer admits nodes'),
    dryRunOption(),
    yesOption(),
    outputOption(),
  ],
  examples: ['orrery controller rm web-1', 'orrery controller rm central --force --yes'],
  run: async ({ force, dryRun, yes, output }, reference = '') => {
    const { client, terminal } = context;
    const { value } = await client.get(apiPath('controllers', reference), Controller);
    const { name, networks } = value;
    const also = force && networks > 0 ? ` and ${networks} network${networks === 1 ? '' : 's'} on it` : '';
    if (!dryRun) await confirm(context, `Forget the controller ${name}${also}?`, [], yes);
    const query = { ...(force ? { confirm: name } : {}), ...(dryRun ? { dryRun } : {}) };
    const path = apiPath('controllers', value.id);
    const answer = await client.request('DELETE', path, z.union([DryRun, Controller]), { query });
    if ('dryRun' in answer.value) printDryRun(context, output, answer.value, answer.raw);
    else if (output === 'table' || output === 'wide') terminal.out(safeText(`forgot controller ${name}${also}`));
    else printOne(context, output, controllerView, { value: answer.value, raw: answer.raw });
  },
});
