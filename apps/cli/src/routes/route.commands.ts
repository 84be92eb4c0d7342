import { KeptRoute, KeptRoutePage } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';
import { networkFilter } from '../networks/network-view.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { routeAddLeaf } from './route-add.js';
import { routeRemoveLeaf } from './route-remove.js';
import { routeSetLeaf } from './route-set.js';
import {
  inNetworkOption,
  oneRoute,
  prefixArgument,
  routeLines,
  routePath,
  routeView,
  type InNetwork,
} from './route-view.js';

export function addRouteCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('route', 'prefixes that routers bring into networks');
  addList(program, noun, context, {
    ...routeView,
    plural: 'routes',
    summary: 'list routes by routers',
    path: '/v1/routes',
    page: KeptRoutePage,
    filters: [networkFilter()],
    hostOf: null,
    selectable: false,
    examples: ['orrery route ls', 'orrery routes --network shop -o wide'],
  });
  noun.leaf<OutputOptions & InNetwork>({
    name: 'get',
    summary: 'show a route: its routers, and what is announced',
    args: [prefixArgument()],
    options: [inNetworkOption(), outputOption()],
    examples: ['orrery route get 192.168.10.0/24 --network shop'],
    run: async ({ output, network }, prefix = '') => {
      if (network === undefined)
        throw usageError('a route is in a network', 'Add --network with a name or 16 hex digits.');
      const route = await context.client.get(routePath(network, prefix), KeptRoute);
      printOne(context, output, oneRoute, route, routeLines(route.value));
    },
  });
  noun.leaf(routeAddLeaf(context)).leaf(routeSetLeaf(context)).leaf(routeRemoveLeaf(context));
}
