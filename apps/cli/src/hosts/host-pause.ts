import { DryRun, Host, HostPage } from '@orrery/shared/contracts';
import { z } from 'zod';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import {
  dryRunOption,
  outputOption,
  selectorOption,
  yesOption,
  type ChangeOptions,
  type OutputOptions,
} from '../options/shared-options.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { printList, printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { hostArgument, hostView } from './host-view.js';

type Verb = 'pause' | 'resume';
const SUMMARY = { pause: 'pause hosts: they observe and report, but change nothing', resume: 'resume paused hosts' };
const DETAILS = {
  pause:
    'Everything already running keeps running. Changes to a paused host wait (waiting: paused) until it is resumed, even if its agent restarts. An unreachable host is paused when it reconnects.',
  resume: 'The host then applies every change requested while it was paused.',
};

/** `host pause HOST`, `host resume HOST`. */
export const hostPauseLeaf = (context: Context, verb: Verb): Leaf<OutputOptions & { dryRun?: boolean }> => ({
  name: verb,
  summary: verb === 'pause' ? 'pause a host: it observes and reports, but changes nothing' : 'resume a paused host',
  details: DETAILS[verb],
  args: [hostArgument()],
  options: [dryRunOption(), outputOption()],
  examples: [`orrery host ${verb} web-1`],
  run: async ({ output, dryRun }, host = '') => {
    const query = dryRun ? { dryRun } : {};
    const answer = await context.client.request('POST', apiPath('hosts', host, verb), z.union([DryRun, Host]), {
      query,
    });
    if ('dryRun' in answer.value) printDryRun(context, output, answer.value, answer.raw);
    else printOne(context, output, hostView, { value: answer.value, raw: answer.raw });
  },
});

/** `pause --all`, `pause -l SELECTOR`, and the same with `resume`: changes one host after the other, and lists those that changed. */
export const pauseLeaf = (context: Context, verb: Verb): Leaf<ChangeOptions & { all?: boolean }> => ({
  name: verb,
  summary: SUMMARY[verb],
  details: DETAILS[verb],
  usage: '(--all | -l <selector>) [options]',
  options: [new ReferenceOption('--all', 'all hosts'), selectorOption(), yesOption(), outputOption()],
  examples: [`orrery ${verb} --all`, `orrery ${verb} -l site=cloud --yes`],
  run: async ({ all, selector, yes, output }) => {
    if (Boolean(all) === (selector !== undefined))
      throw usageError(
        `no hosts to ${verb} were given`,
        `Add --all, or -l with a selector. For one host: \`orrery host ${verb} HOST\``,
      );
    const { client } = context;
    const { rows } = await listAll(client, '/v1/hosts', HostPage, selector === undefined ? {} : { selector });
    const hosts = rows.filter(({ value }) => value.paused !== (verb === 'pause'));
    const names = hosts.map(({ value }) => value.name);
    if (names.length > 0)
      await confirm(context, `${verb === 'pause' ? 'Pause' : 'Resume'} ${counted(names)}?`, names, yes);
    const changed: { value: Host; raw: unknown }[] = [];
    const failed: string[] = [];
    for (const { value } of hosts)
      await client.request('POST', apiPath('hosts', value.id, verb), Host).then(
        (answer) => changed.push(answer),
        (error: unknown) => failed.push(`${value.name}: ${error instanceof Error ? error.message : String(error)}`),
      );
    const empty = `No host to ${verb}: all matching hosts are already ${verb}d.`;
    printList(context, output, { ...hostView, empty }, changed);
    if (failed.length > 0) throw notAll(verb, failed);
  },
});

const counted = (names: string[]) => (names.length === 1 ? '1 host' : `${names.length} hosts`);

const notAll = (verb: Verb, details: string[]) =>
  new CliError({
    exitCode: ExitCode.failed,
    code: 'internal',
    cause: `some hosts could not be ${verb === 'pause' ? 'paused' : 'resumed'}`,
    fix: 'Run the command again: completed changes stay.',
    details,
  });
