import { Accepted, AcceptedGroup, DryRun, HostPage, type Command, type FanOut } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { Answer, RequestOptions } from '../api/api-client.js';
import { listAll } from '../api/list-all.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { type ChangeOptions, DEFAULT_WAIT } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import { waitForCommands } from '../waiting/wait-for-commands.js';
import { confirm } from './confirm.js';
import { printAccepted } from './print-accepted.js';
import { printDryRun } from './print-dry-run.js';

export interface Change {
  method: 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  query?: Record<string, boolean | undefined>;
  ifMatch?: string | undefined;
  /** Asked before the change is sent; undefined: no confirmation needed. */
  question?: string;
}

const OneAnswer = z.union([DryRun, Accepted]);
const GroupAnswer = z.union([DryRun, AcceptedGroup]);

/** One change on one host: confirms, sends, then prints the command or waits for it. */
export async function submit(context: Context, change: Change, options: ChangeOptions): Promise<ExitCode> {
  checkWait(options);
  const { method, path, body, ifMatch, query, question } = change;
  if (question && !options.dryRun && !options.yes) {
    // Do not ask for confirmation if the target does not exist.
    await context.client.get(path, z.unknown());
    await confirm(context, question, [], options.yes);
  }
  const answer = await context.client.request(method, path, OneAnswer, {
    ...withDryRun({ query: query ?? {} }, options),
    body,
    ifMatch,
  });
  return finish(context, answer, options, (accepted) => [accepted.command]);
}

/** One change on every host that the selector matches, all or none. */
export async function submitEverywhere(
  context: Context,
  command: FanOut['command'],
  question: { text: (count: number) => string; always: boolean },
  options: ChangeOptions & { selector: string },
): Promise<ExitCode> {
  checkWait(options);
  const { rows } = await listAll(context.client, '/v1/hosts', HostPage, { selector: options.selector });
  const names = rows.map((row) => row.value.name);
  if (names.length === 0) throw nothingMatches(options.selector);
  if (!options.dryRun && (names.length > 1 || question.always))
    await confirm(context, question.text(names.length), names, options.yes);
  const body: FanOut = { selector: options.selector, command, confirm: names.length };
  const answer = await context.client.request('POST', '/v1/commands', GroupAnswer, {
    ...withDryRun({}, options),
    body,
  });
  return finish(context, answer, options, (accepted) => accepted.commands);
}

async function finish<A extends z.infer<typeof Accepted> | z.infer<typeof AcceptedGroup>>(
  context: Context,
  answer: Answer<DryRun | A>,
  options: ChangeOptions,
  commandsOf: (accepted: A) => Command[],
): Promise<ExitCode> {
  const { value, raw } = answer;
  if ('dryRun' in value) {
    printDryRun(context, options.output, value, raw);
    return ExitCode.done;
  }
  const commands = commandsOf(value);
  if (options.wait !== undefined)
    return waitForCommands(context, commands, {
      forMs: parseDuration(options.wait),
      format: options.output,
      asList: 'commands' in value,
    });
  printAccepted(context, options.output, commands, raw);
  return ExitCode.done;
}

/** Rejects a wrong duration before anything is sent. */
const checkWait = ({ wait }: ChangeOptions) => parseDuration(wait ?? DEFAULT_WAIT);

const withDryRun = (request: RequestOptions, { dryRun }: ChangeOptions): RequestOptions =>
  dryRun ? { ...request, query: { ...request.query, dryRun: true } } : request;

const nothingMatches = (selector: string) =>
  new CliError({
    exitCode: ExitCode.usage,
    code: 'no-matching-host',
    cause: `no host matches "${selector}"`,
    fix: 'List the hosts and their labels: `orrery host ls`',
  });
