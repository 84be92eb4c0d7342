import { Host, Install, JoinTokenMade, Node, TOKEN_PLACE } from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { labelOption, labelsOf, ownLabelsOption } from '../options/label-option.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { collect, outputOption, type OutputOptions } from '../options/shared-options.js';
import { apiDuration, parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
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
}

/** `host add`: prints the one line that makes a machine a host, and follows the machine until it is one. */
export const hostAddLeaf = (context: Context): Leaf<AddOptions> => ({
  name: 'add',
  summary: 'make a machine a host: prints the line to run there, and waits for it',
  details:
    'The line holds a token for this one machine. It came true when the machine has enrolled, is online, and has its address in each network.\n' +
    'Ctrl-C stops the waiting, not the token (exit code 130). With -o json the line goes to stderr, and at the end one document to stdout; with --no-wait it is the token and the line.',
  usage: '<name> [options] | --replace <host> [options]',
  args: [new ReferenceArgument('[name]', 'of the host: a-z, 0-9 and -')],
  options: [
    labelOption('labels of the host'),
    ownLabelsOption('let the machine add labels of its own (labels decide on scopes and admission)'),
    new ReferenceOption('--network <networks>', "what the machine's own zerotier-one joins", 'networks').argParser(
      collect,
    ),
    new ReferenceOption(
      '--replace <host>',
      'the machine takes the place of this host: its name, its labels, and what is wanted of it',
      'hosts',
    ),
    new ReferenceOption('--expires <duration>', 'how long the line can be run').default('15m'),
    new ReferenceOption('--wait [duration]', 'wait at most this long for all of it (default: until the line expires)'),
    new ReferenceOption('--no-wait', 'only print the line'),
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
  if (replace === undefined && given === undefined) throw usageError('The host needs a name.', 'orrery host add NAME');
  if (replace !== undefined && (label.length > 0 || ownLabels))
    throw usageError('A host that replaces another has its labels.', 'Change them with orrery host set.');
  const { command, platform } = (await client.get('/v1/install', Install)).value;
  if (command === null) throw onlyLoopback(client.url);
  const { name, replaces, reportedBefore } =
    replace === undefined ? await freePlace(client, given ?? '') : await placeOf(client, replace, given);
  const body = {
    ...(replaces === undefined ? { name, labels: labelsOf(label), ...(ownLabels ? { ownLabels } : {}) } : { replaces }),
    ...{ networks: network, expiresIn },
  };
  const made = await client.request('POST', '/v1/join-tokens', JoinTokenMade, { body });
  const { token, secret } = made.value;
  const line = safeText(command.replace(TOKEN_PLACE, secret));
  const where = safeText(platform ? `${name} (${platform})` : name);
  const toRun = `Run on ${where} as root within ${expiresIn} (once):\n  ${line}`;
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
  /** The host whose place it is. */
  replaces?: string;
}

async function placeOf(client: ApiClient, reference: string, given: string | undefined): Promise<Place> {
  const { id, name, node } = (await client.get(apiPath('hosts', reference), Host)).value;
  if (given !== undefined && given !== name)
    throw usageError(
      `A host that replaces another has its name, ${name}.`,
      'Leave the name out; orrery host set renames.',
    );
  return { name, replaces: id, reportedBefore: (await client.get(apiPath('nodes', node), Node)).value.updatedAt };
}

/** A taken name is refused to the machine, too, but only after somebody has gone there. */
async function freePlace(client: ApiClient, name: string): Promise<Place> {
  const host = await client.get(apiPath('hosts', name), Host).catch((error: unknown) => {
    if (error instanceof CliError && error.code === 'unknown-host') return undefined;
    throw error;
  });
  if (host?.value.name !== name) return { name, reportedBefore: null };
  throw new CliError({
    exitCode: ExitCode.refused,
    code: 'name-taken',
    cause: `There is a host ${name} already.`,
    fix: `Take another name. If the machine is to take its place: orrery host add --replace ${name}`,
  });
}

const onlyLoopback = (url: string) =>
  new CliError({
    exitCode: ExitCode.refused,
    code: 'loopback-only',
    cause: `The API at ${url} can be reached from its own machine only: no other one can enrol.`,
    fix: `On its machine: ${HOW_TO_LISTEN}`,
  });
