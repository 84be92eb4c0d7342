import { apiPath } from '../api/paths.js';
import { submit, submitEverywhere } from '../changes/submit.js';
import type { ExitCode } from '../errors/exit-code.js';
import { type MembershipOptions, membershipOptions, settingsChangeOf } from '../options/membership-options.js';
import { changeOptions, type ChangeOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { everywhereOptions, type EverywhereOptions, nodeAndNetworkArguments, placeOf } from './node-and-network.js';

/** `orrery join`: joins a node to a network, or changes its settings there. */
export const joinLeaf = (context: Context): Leaf<ChangeOptions & MembershipOptions & EverywhereOptions> => ({
  name: 'join',
  summary: 'join a node to a network',
  details:
    "The node is a host's own zerotier-one, or the one in a container. If it is already joined, only the settings that you give change.",
  usage: '[options] <node> <network>\n       orrery join [options] -l <selector> <network>',
  args: nodeAndNetworkArguments(),
  options: [...everywhereOptions(), ...membershipOptions(), ...changeOptions()],
  examples: [
    'orrery join web-1 lab --wait',
    'orrery join web-1/demo 8056c2e21c000001',
    'orrery join -l site=cloud lab --wait=5m',
  ],
  run: async (options, first, second): Promise<ExitCode> => {
    const place = placeOf('join', options, first, second);
    const settings = settingsChangeOf(options);
    if ('node' in place) {
      const path = apiPath('nodes', place.node, 'networks', place.network);
      return submit(context, { method: 'PUT', path, body: settings ? { settings } : {} }, options);
    }
    const { selector, network, container } = place;
    const command = {
      action: 'join' as const,
      network,
      ...(settings ? { settings } : {}),
      ...(container === undefined ? {} : { container }),
    };
    const text = (count: number) => `Join ${network} on ${count} hosts?`;
    return submitEverywhere(context, command, { text, always: false }, { ...options, selector });
  },
});
