import { usageError } from '../errors/usage-error.js';
import { networkArgument } from '../networks/network-view.js';
import { nodeArgument } from '../nodes/node-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { selectorOption } from '../options/shared-options.js';

/** `join NODE NETWORK`, or `join -l SELECTOR NETWORK`: the selector stands for the node. */
export const nodeAndNetworkArguments = () => [nodeArgument('[node]'), networkArgument('[network]')];

export const everywhereOptions = () => [
  selectorOption('every host with these labels, such as site=cloud,tier!=db'),
  new ReferenceOption('--container <name>', "the node of this container instead of the host's own (requires -l)"),
];

export interface EverywhereOptions {
  selector?: string;
  container?: string;
}

type Place = { node: string; network: string } | { selector: string; network: string; container: string | undefined };

export function placeOf(
  verb: string,
  { selector, container }: EverywhereOptions,
  first?: string,
  second?: string,
): Place {
  if (selector !== undefined) {
    if (first !== undefined && second === undefined) return { selector, network: first, container };
    throw usageError('with -l, the network is the only argument', `Write \`orrery ${verb} -l ${selector} NETWORK\`.`);
  }
  if (container !== undefined)
    throw usageError('--container requires -l', `Write \`orrery ${verb} HOST/CONTAINER NETWORK\`.`);
  if (first !== undefined && second !== undefined) return { node: first, network: second };
  throw usageError(
    'a node and a network are required',
    `Write \`orrery ${verb} NODE NETWORK\` (NODE is HOST or HOST/CONTAINER), or \`orrery ${verb} -l SELECTOR NETWORK\`.`,
  );
}
