import { Host } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { outputOption, yesOption, type ChangeOptions, type OutputOptions } from '../options/shared-options.js';
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
  options: [yesOption(), outputOption()],
  examples: ['orrery host revoke web-1'],
  run: async ({ yes, output }, reference = '') => {
    const { client } = context;
    const { value } = await client.get(apiPath('hosts', reference), Host);
    await confirm(context, `Revoke the key of host ${value.name} and disconnect its agent?`, [], yes);
    const path = apiPath('hosts', value.id, 'revoke');
    printOne(context, output, hostView, await client.request('POST', path, Host));
  },
});

/** `host rotate HOST`: gives its agent a new key without interrupting its work. */
export const hostRotateLeaf = (context: Context): Leaf<OutputOptions> => ({
  name: 'rotate',
  summary: "rotate a host's key",
  details: 'The old key becomes invalid a moment later. The host must be online, and keeps working.',
  args: [hostArgument()],
  options: [outputOption()],
  examples: ['orrery host rotate web-1'],
  run: async ({ output }, host = '') => {
    const path = apiPath('hosts', host, 'rotate');
    printOne(context, output, hostView, await context.client.request('POST', path, Host));
  },
});
