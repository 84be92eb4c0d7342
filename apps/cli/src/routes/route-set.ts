import { DryRun, KeptRoute, type RoutePatch } from '@orrery/shared/contracts';
import { z } from 'zod';
import { printDryRun } from '../changes/print-dry-run.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, waitOption, type ChangeOptions } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { followRoute } from './follow-route.js';
import { inNetworkOption, oneRoute, prefixArgument, routeLines, routePath, type InNetwork } from './route-view.js';

type SetOptions = ChangeOptions & InNetwork & { via?: string };

/** `route set`: switches a route to another of its routers. */
export const routeSetLeaf = (context: Context): Leaf<SetOptions> => ({
  name: 'set',
  summary: 'switch a route to another of its routers',
  details:
    'Nodes take the new way within a second, and open connections through the route end. Nothing switches back by itself.',
  args: [prefixArgument()],
  options: [
    inNetworkOption(),
    new ReferenceOption('--via <host>', 'HOST or HOST/CONTAINER that carries it from now on (required)', 'hosts'),
    waitOption(),
    dryRunOption(),
    outputOption(),
  ],
  examples: ['orrery route set 192.168.10.0/24 --network shop --via onprem-2 --wait'],
  run: async ({ output, wait, dryRun, network, via }, prefix = ''): Promise<ExitCode> => {
    if (network === undefined)
      throw usageError('a route is in a network', 'Add --network with a name or 16 hex digits.');
    if (via === undefined)
      throw usageError('nothing to change', 'Add --via with one of its routers: HOST or HOST/CONTAINER.');
    const forMs = wait === undefined ? undefined : parseDuration(wait);
    const body: RoutePatch = { router: via };
    const query = dryRun ? { dryRun } : {};
    const schema = z.union([DryRun, KeptRoute]);
    const { value, raw } = await context.client.request('PATCH', routePath(network, prefix), schema, { body, query });
    if ('dryRun' in value) {
      printDryRun(context, output, value, raw);
      return ExitCode.done;
    }
    const print = (route: { value: KeptRoute; raw: unknown }) =>
      printOne(context, output, oneRoute, route, routeLines(route.value));
    if (forMs === undefined) {
      print({ value, raw });
      return ExitCode.done;
    }
    const isForScripts = output === 'json' || output === 'name';
    const tell = (line: string) => (isForScripts ? undefined : context.terminal.out(`  ${line}`));
    const { route, exitCode } = await followRoute(context, { value, raw }, { forMs, tell });
    if (isForScripts) print(route);
    return exitCode;
  },
});
