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

/** Long enough to pull its image first. */
export const CONTROLLER_WAIT = '5m';

export interface LaunchControllerOptions {
  output: OutputFormat;
  wait?: string | undefined;
  dryRun?: boolean | undefined;
}

const Posted = z.union([DryRun, ControllerAccepted, Controller]);

/** Requests a controller. 201: it exists; 202: it is being launched, and its command reports when it is ready. */
export const postController = (
  { client }: Context,
  body: z.input<typeof ControllerPost>,
  { dryRun }: Pick<LaunchControllerOptions, 'dryRun'> = {},
) => client.request('POST', '/v1/controllers', Posted, { body, query: dryRun ? { dryRun } : {} });

/** Follows the launch of a controller with the stages of its container. `beside`: this is a step towards something else. */
export const followController = (
  context: Context,
  { command }: ControllerAccepted,
  { output, wait = CONTROLLER_WAIT }: LaunchControllerOptions,
  beside: boolean,
): Promise<ExitCode> =>
  waitForCommands(context, [command], { forMs: parseDuration(wait), format: output, asList: false, beside });

/** The controller as it is now. Its address is known only after its command has ended. */
export const controllerNow = ({ client }: Context, id: string): Promise<Answer<Controller>> =>
  client.get(apiPath('controllers', id), Controller);

/** Why there is no controller after the wait, and how to continue. */
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
