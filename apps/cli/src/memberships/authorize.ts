import type { AdmissionPut } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';
import { howLongOf } from '../networks/network-change.js';
import { networkArgument } from '../networks/network-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { collect, dryRunOption, outputOption, yesOption } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { admissionArguments, manyOptions, manyUsage, onePlace } from './admission-place.js';
import { admissionArgument } from './admission-view.js';
import { type BulkOptions, changeMany, changeOne } from './change-admission.js';

interface RecordOptions {
  name?: string;
  address?: string[];
  bridge?: boolean;
  autoAssign?: boolean;
}

const recordOptions = () => [
  new ReferenceOption('--name <name>', 'name of the node on the controller'),
  new ReferenceOption(
    '--address <ip>',
    'fixed address within the routes of the network, or none (repeatable)',
  ).argParser(collect),
  new ReferenceOption('--bridge', 'allow the node to bridge other devices into the network'),
  new ReferenceOption('--no-bridge', 'do not allow bridging'),
  new ReferenceOption('--auto-assign', 'assign addresses from the pools'),
  new ReferenceOption('--no-auto-assign', 'assign only fixed addresses'),
];

/** `membership authorize`: authorizes a node, whatever the network's policy says. */
export const authorizeLeaf = (context: Context): Leaf<BulkOptions & RecordOptions & { for?: string }> => ({
  name: 'authorize',
  summary: 'authorize nodes in a network',
  details:
    'To authorize a node that has never connected, use its address. It stays authorized until you deny it or --for expires, ' +
    "whatever the network's admission policy says. With --pending, lists the waiting nodes and asks you to confirm.",
  usage: manyUsage('authorize'),
  args: admissionArguments(),
  options: [
    new ReferenceOption('--for <duration>', 'how long, such as 8h, or none (no limit)'),
    ...recordOptions(),
    ...manyOptions(),
    dryRunOption(),
    yesOption(),
    outputOption(),
  ],
  examples: [
    'orrery membership authorize 3a7f1b22c0 lab --for 8h',
    'orrery membership authorize web-1/demo lab --address 10.1.2.9 --name demo',
    'orrery membership authorize -l site=cloud --network lab',
    'orrery membership authorize --pending --network lab',
  ],
  run: async (options, node, network) => {
    const place = onePlace('authorize', options, node, network);
    const howLong = options.for === undefined ? {} : { for: howLongOf(options.for) };
    const record = recordOf(options);
    if (place) return changeOne(context, place, { verdict: 'authorize', ...howLong, ...record }, options);
    if (Object.keys(record).length > 0)
      throw usageError(
        'names, addresses and bridging apply to one node only',
        'Run `orrery membership authorize NODE NETWORK`.',
      );
    return changeMany(context, { verdict: 'authorize', ...howLong }, options);
  },
});

/** `membership set`: changes the controller record of a node, but not whether it is authorized. */
export const membershipSetLeaf = (context: Context): Leaf<BulkOptions & RecordOptions & { byPolicy?: boolean }> => ({
  name: 'set',
  summary: "change a node's controller record: name, fixed addresses, bridging",
  args: [admissionArgument(), networkArgument()],
  options: [
    ...recordOptions(),
    new ReferenceOption('--by-policy', "undo authorize or deny: the network's admission policy decides again"),
    dryRunOption(),
    outputOption(),
  ],
  examples: [
    'orrery membership set web-1/demo lab --address 10.1.2.9',
    'orrery membership set 3a7f1b22c0 lab --by-policy',
  ],
  run: (options, node = '', network = '') => {
    const body: AdmissionPut = { ...recordOf(options), ...(options.byPolicy ? { verdict: null } : {}) };
    if (Object.keys(body).length === 0)
      throw usageError('nothing to set', 'Add --name, --address, --bridge, --auto-assign or --by-policy.');
    return changeOne(context, { node, network }, body, options);
  },
});

function recordOf({ name, address, bridge, autoAssign }: RecordOptions): AdmissionPut {
  return {
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { addresses: address.filter((one) => one !== 'none') }),
    ...(bridge === undefined ? {} : { bridge }),
    ...(autoAssign === undefined ? {} : { noAutoAssign: !autoAssign }),
  };
}
