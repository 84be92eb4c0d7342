import { Controller, DryRun, type ControllerPatch } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { tokenIn } from './central-token.js';
import { controllerArgument, controllerView } from './controller-view.js';

interface SetOptions extends OutputOptions {
  name?: string;
  tokenFile?: string;
  dryRun?: boolean;
}

/** `controller set`: changes the name, or the token of ZeroTier Central. */
export const controllerSetLeaf = (context: Context): Leaf<SetOptions> => ({
  name: 'set',
  summary: 'rename a controller, or replace the token of ZeroTier Central',
  args: [controllerArgument()],
  options: [
    new ReferenceOption('--name <name>', 'new name'),
    new ReferenceOption('--token-file <file>', 'file with the new token of ZeroTier Central, or - for stdin'),
    dryRunOption(),
    outputOption(),
  ],
  examples: ['orrery controller set central --token-file central.token', 'orrery controller set web-1 --name edge'],
  run: async ({ name, tokenFile, dryRun, output }, reference = '') => {
    if (name === undefined && tokenFile === undefined)
      throw usageError('nothing to change', 'Add --name or --token-file.');
    const body: ControllerPatch = {
      ...(name === undefined ? {} : { name }),
      ...(tokenFile === undefined ? {} : { token: await tokenIn(context, tokenFile) }),
    };
    const query = dryRun ? { dryRun } : {};
    const path = apiPath('controllers', reference);
    const { value, raw } = await context.client.request('PATCH', path, z.union([DryRun, Controller]), { body, query });
    if ('dryRun' in value) printDryRun(context, output, value, raw);
    else printOne(context, output, controllerView, { value, raw });
  },
});
