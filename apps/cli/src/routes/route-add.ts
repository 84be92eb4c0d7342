import { DryRun, LanCheck, RouteAdded, type RoutePost } from '@orrery/shared/contracts';
import { Option } from 'commander';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { printAccepted } from '../changes/print-accepted.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import { collect, dryRunOption, outputOption, waitOption, type ChangeOptions } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { followRoute, takersTexts } from './follow-route.js';
import { inNetworkOption, prefixArgument, type InNetwork } from './route-view.js';

type AddOptions = ChangeOptions & InNetwork & { via?: string[]; check?: string };

/** `route add`: brings a LAN into a network, by a container on each of its hosts. */
export const routeAddLeaf = (context: Context): Leaf<AddOptions> => ({
  name: 'add',
  summary: 'bring a LAN into a network by a router',
  details:
    '--via HOST launches a container NETWORK-router there, --via HOST/CONTAINER takes one that is in the network. The first one carries the prefix, the others stand by and take over when it fails.\n' +
    'The router forwards and masquerades in its own network namespace: no setting and no firewall rule of the host changes. The policy of each host must list the prefix (rule routers, docs/policy.md).',
  args: [prefixArgument()],
  options: [
    inNetworkOption(),
    new ReferenceOption('--via <host>', 'HOST or HOST/CONTAINER that carries it (repeatable)', 'hosts').argParser(
      collect,
    ),
    new Option('--check <ip[:port]>', 'address in the LAN that the routers try all the time'),
    waitOption(),
    dryRunOption(),
    outputOption(),
  ],
  examples: [
    'orrery route add 192.168.10.0/24 --network shop --via onprem-1 --via onprem-2 --wait',
    'orrery route add 192.168.10.0/24 --network shop --via onprem-1 --via onprem-2 --check 192.168.10.20:80',
    'orrery route add 192.168.10.0/24 --network shop --via onprem-1 --dry-run',
  ],
  run: (options, prefix = '') => add(context, prefix, options),
});

async function add(context: Context, target: string, options: AddOptions): Promise<ExitCode> {
  const { output, wait, dryRun, network, via, check } = options;
  if (network === undefined) throw usageError('a route needs a network', 'Add --network with a name or 16 hex digits.');
  if (!via?.length) throw usageError('a route needs a router', 'Add --via HOST: a container is launched there.');
  const forMs = wait === undefined ? undefined : parseDuration(wait);
  const body: RoutePost = { target, via: via.map(viaOf), ...(check !== undefined && { check: checkOf(check) }) };
  const path = apiPath('networks', network, 'routes');
  const query = dryRun ? { dryRun } : {};
  const answer = await context.client.request('POST', path, z.union([DryRun, RouteAdded]), { body, query });
  if ('dryRun' in answer.value) {
    printDryRun(context, output, answer.value, answer.raw);
    return ExitCode.done;
  }
  const { route, group, commands, ...takers } = answer.value;
  const { terminal } = context;
  for (const { cause, fix } of route.findings) for (const line of [cause, `  fix ${fix}`]) terminal.err(safeText(line));
  const isForScripts = output === 'json' || output === 'name';
  if (forMs === undefined) {
    if (isForScripts) terminal.out(output === 'json' ? jsonText(answer.raw) : safeText(route.target));
    else printAccepted(context, output, commands, answer.raw);
    for (const text of takersTexts(takers)) terminal.err(safeText(`${route.target}: ${text}`));
    return ExitCode.done;
  }
  const raw = (answer.raw as { route: unknown }).route;
  const tell = (line: string) => (isForScripts ? undefined : terminal.out(`  ${line}`));
  const followed = await followRoute(context, { value: route, raw }, { forMs, group, takers, tell });
  if (output === 'json') terminal.out(jsonText(followed.route.raw));
  if (output === 'name') terminal.out(safeText(followed.route.value.target));
  return followed.exitCode;
}

/** IP, or IP:PORT. */
function checkOf(text: string): LanCheck {
  const [, address = text, port] = /^([^:]*)(?::(\d+))?$/.exec(text) ?? [];
  const parsed = LanCheck.safeParse({ address, ...(port !== undefined && { port: Number(port) }) });
  if (parsed.success) return parsed.data;
  throw usageError(
    `${text} is not an IPv4 address, or one with a port`,
    'Write it as 192.168.10.20, or 192.168.10.20:80.',
  );
}

function viaOf(reference: string) {
  const [host = '', container] = reference.split('/', 2);
  return container === undefined ? { host } : { host, container };
}
