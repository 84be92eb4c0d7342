import { DryRun, MAX_OVERLAPS, NetworkMade, NetworkPost, type RouteOverlap } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { Answer } from '../api/api-client.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { controllerOption } from '../controllers/controller-view.js';
import { ExitCode } from '../errors/exit-code.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { type ChangeOptions, DEFAULT_WAIT, dryRunOption, outputOption } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { checked } from './checked.js';
import { type ControllerChoice, controllerFor } from './controller-for.js';
import { admissionOf, configChangeOf, labelsOf } from './network-change.js';
import { type NetworkOptions, networkOptions } from './network-options.js';
import { openText, poolsText } from './network-text.js';
import { networkView } from './network-view.js';
import { rulesIn } from './rules-file.js';
import { untilApplied } from './until-applied.js';

type CreateOptions = ChangeOptions & NetworkOptions & ControllerChoice;

/** `network create`: creates a network on the user's own controller, and launches one if there is none. */
export const networkCreateLeaf = (context: Context): Leaf<CreateOptions> => ({
  name: 'create',
  summary: 'create a network (default: private, admits this fleet)',
  details:
    'Without --pool and --route, the network gets a random private /24 that overlaps no route of any host; a pool that you give is used as it is. A fleet without a controller ' +
    'gets its first one on the only suitable host, or on the first by name (--on chooses).',
  args: [new ReferenceArgument('<name>', 'name of the network: a-z, 0-9, ".", "_" and "-"')],
  options: [
    controllerOption('the controller for the network (default: the only one)'),
    new ReferenceOption('--on <host>', 'use the controller on this host, and launch one if there is none', 'hosts'),
    ...networkOptions(),
    new ReferenceOption(
      '--wait [duration]',
      `wait until its controller has it, for at most this long (default: ${DEFAULT_WAIT})`,
    ),
    dryRunOption(),
    outputOption(),
  ],
  examples: [
    'orrery network create lab',
    'orrery network create lab --pool 10.1.2.0/24 --route 192.168.7.0/24=10.1.2.1 --dns lab.lan=10.1.2.1',
    'orrery network create guests --on web-1 --admit site=guest --for 8h',
  ],
  run: (options, name = '') => create(context, name, options),
});

async function create(context: Context, name: string, options: CreateOptions): Promise<ExitCode> {
  const { output, wait, dryRun } = options;
  const forMs = wait === undefined ? undefined : parseDuration(wait);
  const body = checked(NetworkPost, await bodyOf(name, options));
  const found = await controllerFor(context, options, options, `orrery network create ${name}`);
  if ('ended' in found) return found.ended;
  const { reference } = found;
  const answer = await context.client.request('POST', '/v1/networks', z.union([DryRun, NetworkMade]), {
    body: { ...body, ...(reference === undefined ? {} : { controller: reference }) },
    query: dryRun ? { dryRun } : {},
  });
  if ('dryRun' in answer.value) {
    printDryRun(context, output, answer.value, answer.raw);
    return ExitCode.done;
  }
  const made = { value: answer.value, raw: answer.raw };
  const { network, exitCode } =
    forMs === undefined ? { network: made, exitCode: ExitCode.done } : await untilApplied(context, made, forMs);
  const { checkedHosts, overlaps } = made.value;
  print(context, options, { ...network, value: { ...network.value, checkedHosts, overlaps } });
  return exitCode;
}

async function bodyOf(name: string, options: CreateOptions) {
  const config = { ...configChangeOf(options, null), ...(await rulesIn(options.rules)) };
  const admission = admissionOf(options, null);
  return {
    name,
    ...(Object.keys(config).length === 0 ? {} : { config }),
    ...(admission === undefined ? {} : { admission }),
    ...labelsOf(options),
  };
}

function print(
  { terminal }: Context,
  { output }: CreateOptions,
  { value, raw }: Pick<Answer<NetworkMade>, 'value' | 'raw'>,
) {
  if (output === 'json') return terminal.out(jsonText(raw));
  if (output === 'name') return terminal.out(safeText(networkView.nameOf(value)));
  terminal.out(madeLine(value));
  const { sync, findings, overlaps } = value;
  for (const line of overlapLines(overlaps)) terminal.err(safeText(line));
  if (sync?.state === 'pending')
    terminal.err(`not on its controller yet${safeText(sync.cause === null ? '' : `: ${sync.cause}`)}`);
  for (const { code, cause, fix } of findings)
    for (const line of [`${code}: ${cause}`, `  fix ${fix}`]) terminal.err(safeText(line));
  if (terminal.live) terminal.err(safeText(`next: orrery launch hello --network ${networkView.nameOf(value)} --wait`));
}

/** `lab  3e92c1f0a7000001  private, admits this fleet   pool 10.182.44.0/24 (overlaps no route of 1 host)   controller lap-7` */
function madeLine(network: NetworkMade): string {
  const { id, config, managedBy, controller } = network;
  return safeText(
    [
      `${networkView.nameOf(network)}  ${id}  ${openText(network)}`,
      ...(config === null ? [] : [poolPart(poolsText(config), config.pools.length, network)]),
      `controller ${managedBy?.name ?? controller}`,
    ].join('   '),
  );
}

/** The maximum number of hosts with their own line. */
const OVERLAP_LINES = 10;

function overlapLines(overlaps: readonly RouteOverlap[]): string[] {
  const told = overlaps.slice(0, OVERLAP_LINES).map(({ target, host, prefix }) => {
    const who = host === null ? 'a host outside your scope has a route' : `${host} has a route to ${prefix ?? ''}`;
    return `${who}: its own zerotier-one will not accept ${target}`;
  });
  const others = overlaps.length - told.length;
  return others > 0 ? [...told, `and ${others} more hosts`] : told;
}

const hostsText = (count: number) =>
  `${count}${count === MAX_OVERLAPS ? ' or more' : ''} host${count === 1 ? '' : 's'}`;

function poolPart(text: string, count: number, { checkedHosts, overlaps }: NetworkMade): string {
  if (count === 0) return 'no pool';
  const given = overlaps.length === 0 ? '' : ` (overlaps routes of ${hostsText(overlaps.length)})`;
  const against =
    checkedHosts === null ? given : ` (overlaps no route of ${checkedHosts} host${checkedHosts === 1 ? '' : 's'})`;
  return `pool${count === 1 ? '' : 's'} ${text}${against}`;
}
