import { Host } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { outputOption, yesOption, type ChangeOptions, type OutputOptions } from '../options/shared-options.js';
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
  options: [yesOption(), outputOption()],
  examples: ['orrery host revoke web-1'],
  run: async ({ yes, output }, reference = '') => {
    const { client } = context;
    const { value } = await client.get(apiPath('hosts', reference), Host);
    await confirm(context, `Let the agent of ${value.name} in no more?`, [], yes);
    const path = apiPath('hosts', value.id, 'revoke');
    printOne(context, output, hostView, await client.request('POST', path, Host));
  },
});

/** `host rotate HOST`: another key for its agent, without a break in its work. */
export const hostRotateLeaf = (context: Context): Leaf<OutputOptions> => ({
  name: 'rotate',
  summary: "have a host's agent make itself a new key",
  details: 'The old one is worth nothing a moment later. Only while the host is online; it goes on working.',
  args: [hostArgument()],
  options: [outputOption()],
  examples: ['orrery host rotate web-1'],
  run: async ({ output }, host = '') => {
    const path = apiPath('hosts', host, 'rotate');
    printOne(context, output, hostView, await context.client.request('POST', path, Host));
  },
});
