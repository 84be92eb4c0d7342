import { usageError } from '../errors/usage-error.js';
import { networkArgument } from '../networks/network-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { selectorOption } from '../options/shared-options.js';
import { admissionArgument } from './admission-view.js';

/** `authorize NODE NETWORK`, or `authorize -l SELECTOR --network NETWORK`, or with `--pending`. */
export const admissionArguments = () => [admissionArgument('[node]'), networkArgument('[network]')];

export const manyOptions = () => [
  selectorOption('the nodes on hosts with these labels, with --network'),
  new ReferenceOption('--pending', 'all who wait, with --network'),
  new ReferenceOption('--network <network>', 'with -l and --pending: of this network', 'networks'),
];

export const manyUsage = (verb: string) =>
  `<node> <network> [options]\n       orrery membership ${verb} (-l <selector> | --pending) --network <network> [options]`;

interface Given {
  selector?: string;
  pending?: boolean;
  network?: string;
}

/** One node in one network; undefined: many. */
export function onePlace(
  verb: string,
  { selector, pending, network }: Given,
  node: string | undefined,
  of: string | undefined,
): { node: string; network: string } | undefined {
  const isMany = selector !== undefined || pending === true;
  if (isMany && node === undefined) return undefined;
  if (!isMany && node !== undefined && of !== undefined && network === undefined) return { node, network: of };
  throw usageError(
    isMany ? 'With -l or --pending no node is named.' : 'It needs a node and a network.',
    `Write orrery membership ${verb} NODE NETWORK (NODE is an address, HOST or HOST/CONTAINER), or -l SELECTOR or --pending with --network NETWORK.`,
  );
}
