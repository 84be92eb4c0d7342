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

/** `host revoke HOST`: revokes the key of its agent. */
export const hostRevokeLeaf = (context: Context): Leaf<ChangeOptions> => ({
  name: 'revoke',
  summary: "revoke a host's key and disconnect its agent",
  details:
    'The agent is disconnected within seconds. Everything already running keeps running; the host stays known, with its history and desired state. To let a machine take its place: orrery host add --replace HOST. To forget the host: orrery host rm HOST.',
  args: [hostArgument()],
  options: [dryRunOption(), yesOption(), outputOption()],
  examples: ['orrery host revoke web-1'],
  run: async ({ yes, output, dryRun }, reference = '') => {
    const { value } = await context.client.get(apiPath('hosts', reference), Host);
    if (!dryRun) await confirm(context, `Revoke the key of host ${value.name} and disconnect its agent?`, [], yes);
    await post(context, apiPath('hosts', value.id, 'revoke'), { output, dryRun });
  },
});

/** `host rotate HOST`: gives its agent a new key without interrupting its work. */
export const hostRotateLeaf = (context: Context): Leaf<OutputOptions & { dryRun?: boolean }> => ({
  name: 'rotate',
  summary: "rotate a host's key",
  details: 'The old key becomes invalid a moment later. The host must be online, and keeps working.',
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
