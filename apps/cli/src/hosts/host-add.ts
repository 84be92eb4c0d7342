import { DryRun, Host, Install, Node, TOKEN_PLACE } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { ApiClient } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { labelOption, labelsOf, ownLabelsOption } from '../options/label-option.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { collect, dryRunOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import { apiDuration, parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { NewJoinToken, withSecret } from '../tokens/new-token.js';
import { WATCH } from './arrival-text.js';
import { followArrival } from './follow-arrival.js';
import type { Expected } from './host-arrival.js';
import { HOW_TO_LISTEN } from './how-to-listen.js';

interface AddOptions extends OutputOptions {
  label?: string[];
  ownLabels?: boolean;
  network?: string[];
  replace?: string;
  expires: string;
  /** False: `--no-wait`. */
  wait?: string | false;
  dryRun?: boolean;
}

/** `host add`: prints the command that makes a machine a host, and follows the machine until it is one. */
export const hostAddLeaf = (context: Context): Leaf<AddOptions> => ({
  name: 'add',
  summary: 'add a host: print the command to run on the machine, then wait for it',
  details:
    'The command contains a token for this one machine. The machine is added when it has enrolled, is online, and has its address in each network.\n' +
    'Ctrl-C stops waiting and leaves the token valid (exit code 130). With -o json, the command goes to stderr, and one document to stdout at the end; with --no-wait, that document is the token and the command.',
  usage: '<name> [options] | --replace <host> [options]',
  args: [new ReferenceArgument('[name]', 'name of the host: a-z, 0-9 and -')],
  options: [
    labelOption('labels for the host'),
    ownLabelsOption('allow the machine to add its own labels (labels decide scopes and admission)'),
    new ReferenceOption(
      '--network <networks>',
      "networks for the machine's own zerotier-one to join",
      'networks',
    ).argParser(collect),
    new ReferenceOption(
      '--replace <host>',
      'replace this host: the machine takes over its name, labels and desired state',
      'hosts',
    ),
    new ReferenceOption('--expires <duration>', 'how long the command stays valid').default('15m'),
    new ReferenceOption('--wait [duration]', 'how long to wait for the machine (default: until the command expires)'),
    new ReferenceOption('--no-wait', 'print the command and do not wait'),
    dryRunOption(),
    outputOption(['table', 'json']),
  ],
  examples: ['orrery host add web-2 -l site=cloud --network shop', 'orrery host add --replace web-3 --no-wait'],
  run: (options, name) => add(context, name, options),
});

async function add(context: Context, given: string | undefined, options: AddOptions): Promise<ExitCode> {
  const { client, terminal } = context;
  const forMs = options.wait ? parseDuration(options.wait) : undefined;
  const expiresIn = apiDuration(options.expires);
  const { label = [], ownLabels = false, network = [], replace } = options;
  if (replace === undefined && given === undefined)
    throw usageError('the host needs a name', 'Run `orrery host add NAME`.');
  if (replace !== undefined && (label.length > 0 || ownLabels))
    throw usageError('a host that replaces another takes over its labels', 'Change them with `orrery host set`.');
  const { command, platforms } = (await client.get('/v1/install', Install)).value;
  if (command === null) throw onlyLoopback(client.url);
  const { name, replaces, reportedBefore } =
    replace === undefined ? await freePlace(client, given ?? '') : await placeOf(client, replace, given);
  const body = {
    ...(replaces === undefined ? { name, labels: labelsOf(label), ...(ownLabels ? { ownLabels } : {}) } : { replaces }),
    ...{ networks: network, expiresIn },
  };
  const made = await client.request('POST', '/v1/join-tokens', z.union([DryRun, NewJoinToken]), {
    body,
    query: options.dryRun ? { dryRun: true } : {},
  });
  if ('dryRun' in made.value) {
    printDryRun(context, options.output, made.value, made.raw);
    return ExitCode.done;
  }
  const { token, secret } = withSecret(made.value);
  const line = safeText(command.replace(TOKEN_PLACE, secret));
  const where = safeText(platforms.length > 0 ? `${name} (${platforms.join(' or ')})` : name);
  const toRun = `Run this on ${where} as root within ${expiresIn} (works once):\n  ${line}`;
  const asJson = options.output === 'json';
  if (options.wait !== false) return followArrival(context, { name, token, reportedBefore, forMs }, toRun, asJson);
  if (asJson) terminal.out(jsonText({ ...(made.raw as object), command: line }));
  else {
    terminal.out(toRun);
    terminal.err(`Watch for it: ${WATCH}\nRevoke it:    orrery token revoke ${token.id}`);
  }
  return ExitCode.done;
}

interface Place extends Pick<Expected, 'name' | 'reportedBefore'> {
  /** The host that the machine replaces. */
  replaces?: string;
}

async function placeOf(client: ApiClient, reference: string, given: string | undefined): Promise<Place> {
  const { id, name, node } = (await client.get(apiPath('hosts', reference), Host)).value;
  if (given !== undefined && given !== name)
    throw usageError(
      `a host that replaces another takes over its name, ${name}`,
      'Omit the name. To rename the host: `orrery host set`',
    );
  return { name, replaces: id, reportedBefore: (await client.get(apiPath('nodes', node), Node)).value.updatedAt };
}

/** Refuses a taken name here, because the machine would learn of it only after somebody has run the command there. */
async function freePlace(client: ApiClient, name: string): Promise<Place> {
  const host = await client.get(apiPath('hosts', name), Host).catch((error: unknown) => {
    if (error instanceof CliError && error.code === 'unknown-host') return undefined;
    throw error;
  });
  if (host?.value.name !== name) return { name, reportedBefore: null };
  throw new CliError({
    exitCode: ExitCode.refused,
    code: 'name-taken',
    cause: `host ${name} already exists`,
    fix: `Choose another name. If the machine replaces that host: \`orrery host add --replace ${name}\``,
  });
}

const onlyLoopback = (url: string) =>
  new CliError({
    exitCode: ExitCode.refused,
    code: 'loopback-only',
    cause: `the API at ${url} is reachable only from its own machine, so no other machine can enroll`,
    fix: `On its machine, run ${HOW_TO_LISTEN}.`,
  });
