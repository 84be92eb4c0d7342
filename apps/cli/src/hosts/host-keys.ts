import { DryRun, Host } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { printDryRun } from '../changes/print-dry-run.js';
import {
  dryRunOption,
  outputOption,
  yesOption,
  type ChangeOptions,
  type OutputOptions,
} from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { hostArgument, hostView } from './host-view.js';

/** `host revoke HOST`: the key of its agent lets nobody in any more. */
export const hostRevokeLeaf = (context: Context): Leaf<ChangeOptions> => ({
  name: 'revoke',
  summary: "let a host's agent in no more",
  details:
    'Its connection ends within seconds. What runs there goes on; the host stays known, with its history and all that is wanted of it. To let a machine in again, in its place: orrery host add --replace HOST. To forget it: orrery host rm HOST.',
  args: [hostArgument()],
  options: [dryRunOption(), yesOption(), outputOption()],
  examples: ['orrery host revoke web-1'],
  run: async ({ yes, output, dryRun }, reference = '') => {
    const { value } = await context.client.get(apiPath('hosts', reference), Host);
    if (!dryRun) await confirm(context, `Let the agent of ${value.name} in no more?`, [], yes);
    await post(context, apiPath('hosts', value.id, 'revoke'), { output, dryRun });
  },
});

/** `host rotate HOST`: another key for its agent, without a break in its work. */
export const hostRotateLeaf = (context: Context): Leaf<OutputOptions & { dryRun?: boolean }> => ({
  name: 'rotate',
  summary: "have a host's agent make itself a new key",
  details: 'The old one is worth nothing a moment later. Only while the host is online; it goes on working.',
  args: [hostArgument()],
  options: [dryRunOption(), outputOption()],
  examples: ['orrery host rotate web-1'],
  run: (options, host = '') => post(context, apiPath('hosts', host, 'rotate'), options),
});

const Answer = z.union([DryRun, Host]);

async function post(
  context: Context,
  path: string,
  { output, dryRun }: OutputOptions & { dryRun?: boolean | undefined },
): Promise<void> {
  const { value, raw } = await context.client.request('POST', path, Answer, { query: dryRun ? { dryRun } : {} });
  if ('dryRun' in value) printDryRun(context, output, value, raw);
  else printOne(context, output, hostView, { value, raw });
}
