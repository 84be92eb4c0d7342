import { DryRun, Host, type HostPatch } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import { collect, dryRunOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { hostArgument, hostView } from './host-view.js';

interface SetOptions extends OutputOptions {
  name?: string;
  label?: string[];
  unlabel?: string[];
  dryRun?: boolean;
}

/** `host set`: changes the name, and adds, changes and removes labels; other labels stay. */
export function addHostSet(noun: OrreryCommand, context: Context): void {
  noun.leaf<SetOptions>({
    name: 'set',
    summary: 'rename a host, or set and remove its labels',
    args: [hostArgument()],
    options: [
      new ReferenceOption('--name <name>', 'new name'),
      new ReferenceOption('--label <key=value>', 'set a label (repeatable)').argParser(collect),
      new ReferenceOption('--unlabel <key>', 'remove a label (repeatable)').argParser(collect),
      dryRunOption(),
      outputOption(),
    ],
    examples: [
      'orrery host set web-1 --label site=cloud,tier=web --unlabel spare',
      'orrery host set web-1 --name edge-1',
    ],
    run: async (options, host = '') => {
      const body = patchOf(options);
      const query = options.dryRun ? { dryRun: true } : {};
      const answer = await context.client.request('PATCH', apiPath('hosts', host), z.union([DryRun, Host]), {
        body,
        query,
      });
      if ('dryRun' in answer.value) printDryRun(context, options.output, answer.value, answer.raw);
      else printOne(context, options.output, hostView, { value: answer.value, raw: answer.raw });
    },
  });
}

export function patchOf({ name, label = [], unlabel = [] }: Partial<SetOptions>): HostPatch {
  const setLabels: Record<string, string | null> = {};
  for (const text of label) {
    const [key = '', ...value] = text.split('=');
    setLabels[key] = value.join('=');
  }
  for (const key of unlabel) setLabels[key] = null;
  const patch: HostPatch = {
    ...(name === undefined ? {} : { name }),
    ...(Object.keys(setLabels).length === 0 ? {} : { setLabels }),
  };
  if (Object.keys(patch).length === 0)
    throw usageError('nothing to set', 'Add --name, --label key=value or --unlabel key.');
  return patch;
}
