import { usageError } from '../errors/usage-error.js';
import { networkArgument } from '../networks/network-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { selectorOption } from '../options/shared-options.js';
import { admissionArgument } from './admission-view.js';

/** `authorize NODE NETWORK`, or `authorize -l SELECTOR --network NETWORK`, or with `--pending`. */
export const admissionArguments = () => [admissionArgument('[node]'), networkArgument('[network]')];

export const manyOptions = () => [
  selectorOption('nodes on hosts with these labels (requires --network)'),
  new ReferenceOption('--pending', 'all nodes waiting for authorization (requires --network)'),
  new ReferenceOption('--network <network>', 'the network for -l and --pending', 'networks'),
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
    isMany ? 'with -l or --pending, do not name a node' : 'a node and a network are required',
    `Write \`orrery membership ${verb} NODE NETWORK\` (NODE is an address, HOST or HOST/CONTAINER), or use -l SELECTOR or --pending with --network NETWORK.`,
  );
}
