import { Admission, Membership } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { submit } from '../changes/submit.js';
import { type ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import { changeOptions, DEFAULT_WAIT } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { safeText } from '../terminal/safe-text.js';
import { admissionArguments, manyOptions, manyUsage, onePlace } from './admission-place.js';
import { admissionText } from './admission-view.js';
import { admissionPath, type BulkOptions, changeMany, changeOne } from './change-admission.js';

type DenyOptions = BulkOptions & { leave?: boolean };

/** `membership deny`: denies a node, whatever the network's policy says. */
export const denyLeaf = (context: Context): Leaf<DenyOptions> => ({
  name: 'deny',
  summary: 'deny nodes in a network, even those already in it',
  details:
    'A node that is in it shows OK for up to 50 s more and keeps its address, because zerotier-one works that way. With --leave, it also ' +
    'leaves, which takes its interface down at once; the command waits for that, and -o json prints the command of the leave.',
  usage: manyUsage('deny'),
  args: admissionArguments(),
  options: [
    new ReferenceOption('--leave', 'also leave the network, if Orrery manages the membership'),
    ...manyOptions(),
    ...changeOptions(),
  ],
  examples: [
    'orrery membership deny 3a7f1b22c0 lab',
    'orrery membership deny web-1/demo lab --leave',
    'orrery membership deny --pending --network lab --yes',
  ],
  run: async (options, node, network) => {
    const place = onePlace('deny', options, node, network);
    if (place)
      return options.leave
        ? denyAndLeave(context, place, options)
        : changeOne(context, place, { verdict: 'deny' }, options);
    if (options.leave)
      throw usageError('--leave works with one node only', 'For many hosts: `orrery leave -l SELECTOR NETWORK`');
    return changeMany(context, { verdict: 'deny' }, options);
  },
});

/** Denies first, because the policy might admit a node that only left when it returns. */
async function denyAndLeave(
  context: Context,
  { node, network }: { node: string; network: string },
  options: DenyOptions,
): Promise<ExitCode> {
  const { client, terminal } = context;
  const path = apiPath('nodes', node, 'networks', network);
  const leave = { method: 'DELETE' as const, path };
  if (options.dryRun) return submit(context, leave, options);
  // Fail before denying anything if the node cannot leave.
  await client.get(path, Membership);
  await confirm(context, `Deny ${node} in ${network}, and leave the network?`, [], options.yes);
  const body = { verdict: 'deny' };
  const { value } = await client.request('PUT', admissionPath(network, node), Admission, { body });
  if (options.output === 'table' || options.output === 'wide')
    terminal.out(safeText(`denied ${admissionText(value)} in ${value.network.name ?? value.network.id}`));
  return submit(context, leave, { ...options, wait: options.wait ?? DEFAULT_WAIT, yes: true });
}
