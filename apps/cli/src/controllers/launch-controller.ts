import { Command, Controller, ControllerAccepted, type ControllerPost, DryRun } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { Answer } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { parseDuration } from '../output/duration.js';
import type { OutputFormat } from '../output/format.js';
import type { Context } from '../program/context.js';
import { waitForCommands } from '../waiting/wait-for-commands.js';

/** Its image may have to be pulled first. */
export const CONTROLLER_WAIT = '5m';

export interface LaunchControllerOptions {
  output: OutputFormat;
  wait?: string | undefined;
  dryRun?: boolean | undefined;
}

const Posted = z.union([DryRun, ControllerAccepted, Controller]);

/** Asks for a controller. 201: it is there; 202: it is launched, and its command says when it is there. */
export const postController = (
  { client }: Context,
  body: z.input<typeof ControllerPost>,
  { dryRun }: Pick<LaunchControllerOptions, 'dryRun'> = {},
) => client.request('POST', '/v1/controllers', Posted, { body, query: dryRun ? { dryRun } : {} });

/** Follows the launch of a controller with the stages of its container. `beside`: it is on the way to something else. */
export const followController = (
  context: Context,
  { command }: ControllerAccepted,
  { output, wait = CONTROLLER_WAIT }: LaunchControllerOptions,
  beside: boolean,
): Promise<ExitCode> =>
  waitForCommands(context, [command], { forMs: parseDuration(wait), format: output, asList: false, beside });

/** What became of it: not before its command has ended is its address known. */
export const controllerNow = ({ client }: Context, id: string): Promise<Answer<Controller>> =>
  client.get(apiPath('controllers', id), Controller);

/** Why there is no controller when the waiting is over, and how to go on. */
export async function notThere(
  { client }: Context,
  { command, controller }: ControllerAccepted,
  exitCode: ExitCode,
  again: string,
): Promise<CliError> {
  const { id, outcome } = (await client.get(apiPath('commands', command.id), Command)).value;
  const isWaiting = exitCode === ExitCode.waiting;
  const why = outcome !== null && outcome.kind !== 'done' ? `: ${outcome.cause}` : '';
  return new CliError({
    exitCode,
    code: outcome !== null && outcome.kind !== 'done' ? outcome.code : 'no-controller',
    cause: `controller ${controller.name} is not ready${isWaiting ? ' yet' : ''}${why}`,
    fix: `${isWaiting ? `Wait for it: \`orrery command wait ${id}\`` : fixOf(outcome, id)}. Then: \`${again}\``,
  });
}

const fixOf = (outcome: Command['outcome'], id: string) =>
  outcome?.kind === 'failed' ? outcome.fix.replace(/\.$/, '') : `Show its stages: \`orrery command get ${id}\``;
