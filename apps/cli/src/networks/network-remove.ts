import { DryRun, meaningOf, Network } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { confirm, confirmName } from '../changes/confirm.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { dryRunOption, outputOption, yesOption, type ChangeOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { safeText } from '../terminal/safe-text.js';
import { networkArgument, networkText, networkView, printNetwork } from './network-view.js';

/** `network rm`: deletes a network on its controller. The user must type its name, because this cannot be undone. */
export const networkRemoveLeaf = (context: Context): Leaf<ChangeOptions> => ({
  name: 'rm',
  summary: 'delete a network; if Orrery does not manage it, forget its name',
  details:
    'Its nodes keep their interface and address for about a minute, then show NOT_FOUND; they stay joined until they leave. ' +
    'You must type the name to confirm; without a terminal, add --yes.',
  args: [networkArgument()],
  options: [dryRunOption(), yesOption(), outputOption()],
  examples: ['orrery network rm lab', 'orrery network rm lab --yes'],
  run: async ({ dryRun, yes, output }, reference = '') => {
    const { client, terminal } = context;
    const { value } = await client.get(apiPath('networks', reference), Network);
    if (value.managedBy === null && value.name === null) throw notKept(value);
    const name = networkView.nameOf(value);
    if (!dryRun) await ask(context, value, yes);
    const query = { confirm: name, ...(dryRun ? { dryRun } : {}) };
    const answer = await client.request('DELETE', apiPath('networks', value.id), z.union([DryRun, Network]), { query });
    if ('dryRun' in answer.value) printDryRun(context, output, answer.value, answer.raw);
    else if (output === 'table' || output === 'wide') terminal.out(doneLines(value).map(safeText).join('\n'));
    else printNetwork(context, output, { value: answer.value, raw: answer.raw });
  },
});

/** For a network that Orrery does not manage, only its name here is forgotten. */
const ask = (context: Context, network: Network, yes: boolean | undefined): Promise<void> =>
  network.managedBy === null
    ? confirm(context, `Forget the name of network ${networkText(network)}? Its controller keeps the network.`, [], yes)
    : confirmName(
        context,
        `Delete network ${networkText(network)}?`,
        networkView.nameOf(network),
        consequences(network),
        yes,
      );

const doneLines = (network: Network) =>
  network.managedBy === null
    ? [`forgot the name of network ${networkText(network)}`]
    : [`deleted network ${networkText(network)}`, ...consequences(network)];

/** What happens to its nodes, because of how zerotier-one works. */
function consequences({ memberships: { total }, name, id }: Network): string[] {
  if (total === 0) return [];
  const nodes = total === 1 ? '1 node here is in it. It keeps its' : `${total} nodes here are in it. Each keeps its`;
  return [
    `${nodes} interface and address for about a minute, then shows NOT_FOUND, and stays joined until it leaves:`,
    `orrery membership ls --network ${name ?? id}; orrery leave NODE ${name ?? id}`,
  ];
}

const notKept = (network: Network) =>
  new CliError({
    exitCode: ExitCode.refused,
    code: 'network-not-kept',
    cause: `Orrery does not manage network ${networkText(network)}: its controller is ${network.controller}, which is not registered here`,
    fix: meaningOf('network-not-kept')?.fix,
  });
