import { ControllerPage, Host, HostPage } from '@orrery/shared/contracts';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { hostForController } from '../controllers/host-for-controller.js';
import { followController, notThere, postController } from '../controllers/launch-controller.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import type { ChangeOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import { safeText } from '../terminal/safe-text.js';

export interface ControllerChoice {
  controller?: string;
  on?: string;
}

/** The controller to use (undefined: the API uses the only one), or how the command ended without one. */
export type ControllerFound = { reference: string | undefined } | { ended: ExitCode };

/** The controller for a new network: the given one, or an existing one. In a fleet without any, launches the first. */
export async function controllerFor(
  context: Context,
  { controller, on }: ControllerChoice,
  options: ChangeOptions,
  again: string,
): Promise<ControllerFound> {
  if (controller !== undefined) return { reference: controller };
  const { client } = context;
  const { rows } = await listAll(client, '/v1/controllers', ControllerPage);
  if (on === undefined && rows.length > 0) return { reference: undefined };
  const host = on === undefined ? await chooseHost(context) : (await client.get(apiPath('hosts', on), Host)).value;
  const there = rows.find(({ value }) => value.host?.id === host.id);
  return there ? { reference: there.value.id } : launchOn(context, host, options, again);
}

async function chooseHost({ client, terminal }: Context): Promise<Host> {
  const { rows } = await listAll(client, '/v1/hosts', HostPage);
  const choice = hostForController(rows.map(({ value }) => value));
  if (!choice) throw nowhere();
  const { host, of } = choice;
  const others = of > 1 ? ` (the first of ${of} suitable hosts; --on HOST chooses)` : '';
  terminal.err(`No controller yet: launching one on ${safeText(host.name)}${others}`);
  return host;
}

async function launchOn(
  context: Context,
  host: Host,
  { output, wait, dryRun }: ChangeOptions,
  again: string,
): Promise<ControllerFound> {
  const { value, raw } = await postController(context, { kind: 'self-hosted', host: host.id }, { dryRun });
  if ('dryRun' in value) {
    printDryRun(context, output, value, raw);
    context.terminal.err('(these steps launch its controller; the network is created there afterwards)');
    return { ended: ExitCode.done };
  }
  if (!('command' in value)) return { reference: value.id };
  const exitCode = await followController(context, value, { output, wait }, true);
  if (exitCode === ExitCode.interrupted) return { ended: exitCode };
  if (exitCode !== ExitCode.done) throw await notThere(context, value, exitCode, again);
  return { reference: value.controller.id };
}

const nowhere = () =>
  new CliError({
    exitCode: ExitCode.refused,
    code: 'no-controller',
    cause: 'there is no controller yet, and no online host has a container engine to launch one on',
    fix: 'Check the hosts: `orrery host ls`. To use an existing controller: `orrery controller add NODE --existing`',
  });
