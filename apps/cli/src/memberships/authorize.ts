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
  new ReferenceOption('--name <name>', 'what its controller calls it'),
  new ReferenceOption(
    '--address <ip>',
    'a fixed address within the routes of the network; may be repeated; none',
  ).argParser(collect),
  new ReferenceOption('--bridge', 'it may bridge others into the network'),
  new ReferenceOption('--no-bridge', 'it may not'),
  new ReferenceOption('--auto-assign', 'it gets addresses of the pools'),
  new ReferenceOption('--no-auto-assign', 'it gets none of the pools: only fixed ones'),
];

/** `membership authorize`: a person lets a node in, whatever the network's policy says. */
export const authorizeLeaf = (context: Context): Leaf<BulkOptions & RecordOptions & { for?: string }> => ({
  name: 'authorize',
  summary: 'let nodes into a network',
  details:
    'Also a node that nobody has seen yet: by its address. It stays in until it is denied, or until --for is over, ' +
    "whatever the network's own policy says. With --pending it is shown who waits, and asked.",
  usage: manyUsage('authorize'),
  args: admissionArguments(),
  options: [
    new ReferenceOption('--for <duration>', 'how long, such as 8h; none: for ever'),
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
      throw usageError('Names, addresses and bridging are of one node.', 'orrery membership authorize NODE NETWORK');
    return changeMany(context, { verdict: 'authorize', ...howLong }, options);
  },
});

/** `membership set`: what its controller records of a node, without a word on whether it may in. */
export const membershipSetLeaf = (context: Context): Leaf<BulkOptions & RecordOptions & { byPolicy?: boolean }> => ({
  name: 'set',
  summary: 'change what the controller records of a node: name, fixed addresses, bridging',
  args: [admissionArgument(), networkArgument()],
  options: [
    ...recordOptions(),
    new ReferenceOption('--by-policy', "take back an authorize or deny: the network's policy decides again"),
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
      throw usageError('There is nothing to set.', 'Give --name, --address, --bridge, --auto-assign or --by-policy.');
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
