import { apiPath } from '../api/paths.js';
import { submit, submitEverywhere } from '../changes/submit.js';
import type { ExitCode } from '../errors/exit-code.js';
import { changeOptions, type ChangeOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { everywhereOptions, type EverywhereOptions, nodeAndNetworkArguments, placeOf } from './node-and-network.js';

/** `orrery leave`: only for memberships that Orrery manages; the API refuses others. */
export const leaveLeaf = (context: Context): Leaf<ChangeOptions & EverywhereOptions> => ({
  name: 'leave',
  summary: 'remove a node from a network',
  details: 'A membership that Orrery did not create is left alone: adopt it first.',
  usage: '[options] <node> <network>\n       orrery leave [options] -l <selector> <network>',
  args: nodeAndNetworkArguments(),
  options: [...everywhereOptions(), ...changeOptions()],
  examples: ['orrery leave web-1 lab', 'orrery leave -l site=cloud lab --yes --wait'],
  run: async (options, first, second): Promise<ExitCode> => {
    const place = placeOf('leave', options, first, second);
    if ('node' in place) {
      const path = apiPath('nodes', place.node, 'networks', place.network);
      const question = `Remove ${place.node} from network ${place.network}?`;
      return submit(context, { method: 'DELETE', path, question }, options);
    }
    const { selector, network, container } = place;
    const command = { action: 'leave' as const, network, ...(container === undefined ? {} : { container }) };
    const text = (count: number) => `Leave ${network} on ${count} host${count === 1 ? '' : 's'}?`;
    return submitEverywhere(context, command, { text, always: true }, { ...options, selector });
  },
});
