import { Admission } from '@orrery/shared/contracts';
import { confirm } from '../changes/confirm.js';
import { usageError } from '../errors/usage-error.js';
import { networkArgument, networkFilter } from '../networks/network-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { type ChangeOptions, dryRunOption, outputOption, yesOption } from '../options/shared-options.js';
import { printList } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { fetchAdmissions } from './admission-list.js';
import { admissionView, admissionArgument, admissionReference, admissionText } from './admission-view.js';
import { admissionPath, changeOne, eachOf } from './change-admission.js';

type ForgetOptions = ChangeOptions & { stale?: boolean; network?: string };

/** `membership forget`: deletes the controller record of a node. */
export const forgetLeaf = (context: Context): Leaf<ForgetOptions> => ({
  name: 'forget',
  summary: "delete a node's controller record",
  details:
    'Its addresses become free, and any authorize or deny is forgotten. A node that still runs asks again, and is then not authorized. ' +
    'With --stale: the records of all nodes that are no longer ours, or that should not be in the network.',
  usage: '<node> <network> [options]\n       orrery membership forget --stale [--network <network>] [options]',
  args: [admissionArgument('[node]'), networkArgument('[network]')],
  options: [
    new ReferenceOption('--stale', 'all stale records'),
    networkFilter(),
    dryRunOption(),
    yesOption(),
    outputOption(),
  ],
  examples: ['orrery membership forget 3a7f1b22c0 lab', 'orrery membership forget --stale --network lab --yes'],
  run: async (options, node, network) => {
    if (options.stale && node === undefined) return forgetStale(context, options);
    if (options.stale || options.network !== undefined || node === undefined || network === undefined)
      throw usageError(
        'a node and a network are required',
        'Write `orrery membership forget NODE NETWORK`, or use --stale.',
      );
    const { yes, dryRun } = options;
    if (!dryRun) await confirm(context, `Forget ${node} in ${network}?`, [], yes);
    return changeOne(context, { node, network }, undefined, options);
  },
});

async function forgetStale(context: Context, options: ForgetOptions): Promise<void> {
  const { output, yes, dryRun, network } = options;
  if (dryRun)
    throw usageError('--dry-run works with one node only', 'List the stale records: `orrery membership ls --stale`');
  const filter = { stale: true, ...(network === undefined ? {} : { network }) };
  const { rows } = await fetchAdmissions(context, filter, { output });
  if (rows.length === 0) return printList(context, output, { ...admissionView, empty: 'No stale records.' }, []);
  const affected = rows.map(({ value }) => `${admissionText(value)} in ${value.network.name ?? value.network.id}`);
  await confirm(context, `Forget ${rows.length} stale record${rows.length === 1 ? '' : 's'}?`, affected, yes);
  const forget = (row: Admission) =>
    context.client.request('DELETE', admissionPath(row.network.id, admissionReference(row)), Admission);
  return eachOf(context, rows, forget, output);
}
