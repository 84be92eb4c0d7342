import { DryRun, KeptRoute, RouteRemoved } from '@orrery/shared/contracts';
import { z } from 'zod';
import { confirm } from '../changes/confirm.js';
import { printAccepted } from '../changes/print-accepted.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { changeOptions, DEFAULT_WAIT, type ChangeOptions } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { waitForCommands } from '../waiting/wait-for-commands.js';
import { inNetworkOption, prefixArgument, routePath, type InNetwork } from './route-view.js';

/** `route rm`: takes a route back, and removes the containers that it launched. */
export const routeRemoveLeaf = (context: Context): Leaf<ChangeOptions & InNetwork> => ({
  name: 'rm',
  summary: 'take a route back and remove the routers that it launched',
  details:
    'The network stops announcing it at once; an unreachable host does its part when it is back. A router that another route needs stays.',
  args: [prefixArgument()],
  options: [inNetworkOption(), ...changeOptions()],
  examples: [
    'orrery route rm 192.168.10.0/24 --network shop',
    'orrery route rm 192.168.10.0/24 --network shop --yes --wait',
  ],
  run: async (options, prefix = ''): Promise<ExitCode> => {
    const { output, wait, dryRun, yes, network } = options;
    if (network === undefined)
      throw usageError('a route is in a network', 'Add --network with a name or 16 hex digits.');
    const forMs = parseDuration(wait ?? DEFAULT_WAIT);
    const path = routePath(network, prefix);
    if (!dryRun && !yes) {
      await context.client.get(path, KeptRoute);
      await confirm(context, `Take the route ${prefix} of ${network} back?`, [], yes);
    }
    const query = dryRun ? { dryRun } : {};
    const answer = await context.client.request('DELETE', path, z.union([DryRun, RouteRemoved]), { query });
    if ('dryRun' in answer.value) {
      printDryRun(context, output, answer.value, answer.raw);
      return ExitCode.done;
    }
    const { commands } = answer.value;
    if (wait !== undefined) return waitForCommands(context, commands, { forMs, format: output, asList: true });
    printAccepted(context, output, commands, answer.raw);
    return ExitCode.done;
  },
});
