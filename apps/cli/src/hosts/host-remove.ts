import { Accepted, DryRun, Host } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, yesOption, type ChangeOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { hostArgument, hostView } from './host-view.js';

const Removed = z.union([DryRun, Host, Accepted, z.object({}).loose()]);

/** `host rm`: Orrery forgets the host and its desired state; nothing on the host changes, and its history stays. */
export function addHostRemove(noun: OrreryCommand, context: Context): void {
  noun.leaf<ChangeOptions & { force?: boolean }>({
    name: 'rm',
    summary: 'forget a host',
    details:
      'Nothing on the host itself changes: its containers and memberships stay as they are, and its agent only observes. Its events are kept. To bring the host back, restart its agent with a valid join secret: it joins as a new host.',
    args: [hostArgument()],
    options: [
      new ReferenceOption('--force', 'forget it even if it has managed containers or memberships'),
      dryRunOption(),
      yesOption(),
      outputOption(),
    ],
    examples: ['orrery host rm web-1'],
    run: async ({ force, dryRun, yes, output }, reference = '') => {
      const { client } = context;
      const host = await client.get(apiPath('hosts', reference), Host);
      if (!dryRun) await confirm(context, `Forget the host ${host.value.name}?`, [], yes);
      const query = { ...(force ? { confirm: host.value.name } : {}), ...(dryRun ? { dryRun } : {}) };
      const answer = await client.request('DELETE', apiPath('hosts', host.value.id), Removed, { query });
      const planned = DryRun.safeParse(answer.value);
      if (planned.success) printDryRun(context, output, planned.data, answer.raw);
      else if (output === 'table' || output === 'wide')
        context.terminal.out(`forgot host ${host.value.name}; to add it again as a new host, restart its agent`);
      else printOne(context, output, hostView, host);
    },
  });
}
