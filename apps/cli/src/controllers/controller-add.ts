import type { Controller, ControllerAccepted } from '@orrery/shared/contracts';
import { printDryRun } from '../changes/print-dry-run.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { controllerFix, controllerView } from './controller-view.js';
import { tokenIn } from './central-token.js';
import { CONTROLLER_WAIT, controllerNow, followController, notThere, postController } from './launch-controller.js';

interface AddOptions extends OutputOptions {
  name?: string;
  existing?: boolean;
  central?: boolean;
  tokenFile?: string;
  url?: string;
  dryRun?: boolean;
  /** False: `--no-wait`. */
  wait?: string | false;
}

/** `controller add`: launches one, uses the one in a node's zerotier-one, or uses ZeroTier Central. */
export const controllerAddLeaf = (context: Context): Leaf<AddOptions> => ({
  name: 'add',
  summary: 'add a controller: launch one, use an existing one, or ZeroTier Central',
  details:
    'With a host, launches a container with its own controller there and waits for it. With --existing, uses the controller in ' +
    "a node's zerotier-one. With --central, uses ZeroTier Central through its legacy API; the token is read from a file, stored encrypted, and " +
    'never shown.',
  usage: '<host> [options] | <node> --existing [options] | --central --token-file <file> [options]',
  args: [new ReferenceArgument('[host]', 'the host to launch one on; with --existing: the node that has one', 'nodes')],
  options: [
    new ReferenceOption('--name <name>', "name of the controller (default: the host's name, or central)"),
    new ReferenceOption('--existing', "use the controller in this node's zerotier-one"),
    new ReferenceOption('--central', 'use ZeroTier Central'),
    new ReferenceOption('--token-file <file>', 'file with the Central token, or - for stdin (requires --central)'),
    new ReferenceOption('--url <url>', 'base URL of Central (default: https://api.zerotier.com/api/v1)'),
    new ReferenceOption(
      '--wait [duration]',
      `wait for the launch, for at most this long (default: ${CONTROLLER_WAIT})`,
    ),
    new ReferenceOption('--no-wait', 'do not wait'),
    dryRunOption(),
    outputOption(),
  ],
  examples: [
    'orrery controller add web-1',
    'orrery controller add web-1/router --existing --name edge',
    'orrery controller add --central --token-file central.token',
  ],
  run: (options, place) => add(context, options, place),
});

async function add(context: Context, options: AddOptions, place: string | undefined): Promise<ExitCode> {
  const { output, dryRun } = options;
  const wait = options.wait || undefined;
  parseDuration(wait ?? CONTROLLER_WAIT);
  const { value, raw } = await postController(context, await bodyOf(context, options, place), { dryRun });
  if ('dryRun' in value) printDryRun(context, output, value, raw);
  else if ('command' in value) return launched(context, value, options, wait);
  else print(context, output, { value, raw });
  return ExitCode.done;
}

/** Prints the controller itself at the end, whichever way it was added. */
async function launched(
  context: Context,
  accepted: ControllerAccepted,
  { output, wait }: AddOptions,
  forDuration: string | undefined,
): Promise<ExitCode> {
  const { controller, command } = accepted;
  const isForScripts = output === 'json' || output === 'name';
  if (wait !== false) {
    const exitCode = await followController(context, accepted, { output, wait: forDuration }, isForScripts);
    // With a table, the outcome has already been printed.
    if (exitCode === ExitCode.interrupted || (exitCode !== ExitCode.done && !isForScripts)) return exitCode;
    if (exitCode !== ExitCode.done)
      throw await notThere(context, accepted, exitCode, `orrery controller get ${controller.name}`);
  }
  print(context, output, await controllerNow(context, controller.id));
  if (wait === false) context.terminal.err(`follow it: orrery command wait ${command.id}`);
  return ExitCode.done;
}

const print = (context: Context, output: OutputOptions['output'], answer: { value: Controller; raw: unknown }) =>
  printOne(context, output, controllerView, answer, controllerFix(answer.value));

async function bodyOf(context: Context, options: AddOptions, place: string | undefined) {
  const { name, existing, central, tokenFile, url } = options;
  const named = name === undefined ? {} : { name };
  if (central) {
    if (place !== undefined || existing)
      throw usageError(
        'ZeroTier Central does not run on a host',
        'Run `orrery controller add --central --token-file FILE`.',
      );
    if (tokenFile === undefined)
      throw usageError(
        'ZeroTier Central needs a token from a file or stdin: every user of this machine can see arguments',
        'Run `orrery controller add --central --token-file FILE` (- for stdin).',
      );
    const token = await tokenIn(context, tokenFile);
    return { kind: 'central' as const, ...named, ...(url === undefined ? {} : { url }), token };
  }
  if (tokenFile !== undefined || url !== undefined)
    throw usageError(
      '--token-file and --url require --central',
      'Run `orrery controller add --central --token-file FILE`.',
    );
  if (place === undefined)
    throw usageError(
      'a controller needs a host, a node or --central',
      'Launch one with `orrery controller add HOST`, use one with `orrery controller add NODE --existing`, or add --central.',
    );
  return { kind: 'self-hosted' as const, ...named, ...(existing ? { node: place } : { host: place }) };
}
