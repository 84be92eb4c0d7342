import { apiPath } from '../api/paths.js';
import { submit } from '../changes/submit.js';
import { networkArgument } from '../networks/network-view.js';
import { nodeArgument } from '../nodes/node-view.js';
import { type MembershipOptions, membershipOptions, settingsChangeOf } from '../options/membership-options.js';
import { changeOptions, type ChangeOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';

export const adoptLeaf = (context: Context): Leaf<ChangeOptions & MembershipOptions> => ({
  name: 'adopt',
  summary: 'take over a membership that Orrery did not create',
  details: 'From then on, Orrery maintains it, and leaves the network only when you ask.',
  args: [nodeArgument(), networkArgument()],
  options: [...membershipOptions(), ...changeOptions()],
  examples: ['orrery adopt web-1 8056c2e21c000001 --wait'],
  run: (options, node = '', network = '') => {
    const settings = settingsChangeOf(options);
    const body = { adopt: true, ...(settings ? { settings } : {}) };
    return submit(context, { method: 'PUT', path: apiPath('nodes', node, 'networks', network), body }, options);
  },
});

export const releaseLeaf = (context: Context): Leaf<ChangeOptions> => ({
  name: 'release',
  summary: 'stop managing a membership without leaving the network',
  details:
    "It stays as it is on the node, is shown as unmanaged, and is never touched again. This works only for a host's own " +
    'daemon: a container is created from its networks, so it can only leave them.',
  args: [nodeArgument(), networkArgument()],
  options: changeOptions(),
  examples: ['orrery release web-1 lab'],
  run: (options, node = '', network = '') =>
    submit(
      context,
      { method: 'DELETE', path: apiPath('nodes', node, 'networks', network), query: { release: true } },
      options,
    ),
});
