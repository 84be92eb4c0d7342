import { Admission, type AdmissionBulk, type AdmissionPut, AdmissionsChanged, DryRun } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { confirm } from '../changes/confirm.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { type ChangeOptions } from '../options/shared-options.js';
import { printList, printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { fetchAdmissions } from './admission-list.js';
import { admissionView, admissionReference, admissionText } from './admission-view.js';

const One = z.union([DryRun, Admission]);
const Several = z.union([DryRun, AdmissionsChanged]);
type Row = { value: Admission; raw: unknown };

export const admissionPath = (network: string, node: string) => apiPath('networks', network, 'admissions', node);

/** Changes the admission of one node, or (without a body) deletes its record. */
export async function changeOne(
  context: Context,
  place: { node: string; network: string },
  body: AdmissionPut | undefined,
  { output, dryRun }: ChangeOptions,
): Promise<void> {
  const path = admissionPath(place.network, place.node);
  const query = dryRun ? { dryRun } : {};
  const { value, raw } =
    body === undefined
      ? await context.client.request('DELETE', path, One, { query })
      : await context.client.request('PUT', path, One, { body, query });
  if ('dryRun' in value) printDryRun(context, output, value, raw);
  else printOne(context, output, admissionView, { value, raw });
}

export interface BulkOptions extends ChangeOptions {
  pending?: boolean;
  network?: string;
}

type Said = Pick<AdmissionBulk, 'verdict' | 'for'>;

/** The same for many nodes: those on matching hosts, or all waiting ones. Lists them first. */
export async function changeMany(context: Context, said: Said, options: BulkOptions): Promise<void> {
  const { selector, pending, network, output, yes, dryRun } = options;
  if (network === undefined)
    throw usageError('with -l or --pending, the network is an option', 'Add --network with a name or 16 hex digits.');
  const who = pending ? { pending, ...(selector === undefined ? {} : { selector }) } : { selector };
  const { rows } = await fetchAdmissions(
    context,
    { ...(pending ? { pending } : {}), network },
    { output, ...(selector === undefined ? {} : { selector }) },
  );
  if (rows.length === 0) return printList(context, output, { ...admissionView, empty: noneText(options) }, []);
  if (!dryRun && (pending || rows.length > 1 || said.verdict === 'deny'))
    await confirm(
      context,
      question(said, rows.length, network),
      rows.map(({ value }) => admissionText(value)),
      yes,
    );
  // The user confirmed a list of nodes: nodes that have asked since then keep waiting.
  if (pending && !yes && !dryRun) return changeShown(context, said, rows, options);
  const body: Partial<AdmissionBulk> = { ...who, ...said };
  const query = dryRun ? { dryRun } : {};
  const { value, raw } = await context.client.request('POST', apiPath('networks', network, 'admissions'), Several, {
    body,
    query,
  });
  if ('dryRun' in value) return printDryRun(context, output, value, raw);
  const raws = (raw as { items: unknown[] }).items;
  printList(
    context,
    output,
    { ...admissionView, empty: noneText(options) },
    value.items.map((item, index) => ({ value: item, raw: raws[index] })),
  );
}

/** Changes one after the other; names the failures at the end. */
export async function eachOf(
  context: Context,
  rows: Row[],
  change: (row: Admission) => Promise<Row>,
  output: ChangeOptions['output'],
): Promise<void> {
  const changed: Row[] = [];
  const failed: string[] = [];
  for (const { value } of rows)
    await change(value).then(
      (answer) => changed.push(answer),
      (error: unknown) =>
        failed.push(`${admissionText(value)}: ${error instanceof Error ? error.message : String(error)}`),
    );
  printList(context, output, { ...admissionView, empty: 'Nothing was changed.' }, changed);
  if (failed.length === 0) return;
  throw new CliError({
    exitCode: ExitCode.failed,
    code: 'internal',
    cause: 'some nodes could not be changed',
    fix: 'Run the command again: completed changes stay.',
    details: failed,
  });
}

const changeShown = (context: Context, said: Said, rows: Row[], { output }: BulkOptions): Promise<void> =>
  eachOf(
    context,
    rows,
    (row) =>
      context.client.request('PUT', admissionPath(row.network.id, admissionReference(row)), Admission, { body: said }),
    output,
  );

const question = ({ verdict }: Said, count: number, network: string) => {
  const nodes = count === 1 ? 'this node' : `these ${count} nodes`;
  return verdict === 'deny' ? `Deny ${nodes} in ${network}?` : `Authorize ${nodes} in ${network}?`;
};

const noneText = ({ pending, selector = '', network = '' }: BulkOptions) =>
  pending
    ? `No nodes are waiting for authorization in ${network}.`
    : `No node on hosts with ${selector} is or should be in ${network}.`;
