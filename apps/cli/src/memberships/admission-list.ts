import { type Admission, AdmissionPage } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';
import { printList } from '../output/print.js';
import type { Context } from '../program/context.js';
import { fetchList, type ListOptions } from '../program/list-commands.js';
import { admissionView, admissionReference } from './admission-view.js';

export interface AdmissionFilter {
  pending?: boolean;
  stale?: boolean;
  network?: string;
}

/** Nodes that are in networks, wait for them or should be in them; with `-l`, those on matching hosts. */
export const fetchAdmissions = (context: Context, { pending, stale, network }: AdmissionFilter, options: ListOptions) =>
  fetchList<Admission>(
    context,
    { path: '/v1/admissions', page: AdmissionPage, hostOf: ({ host }) => host?.id ?? null },
    options,
    { ...(pending ? { pending } : {}), ...(stale ? { stale } : {}), network },
  );

/** `membership ls --pending` and `--stale`, followed by the next command to run. */
export async function listAdmissions(context: Context, options: ListOptions & AdmissionFilter): Promise<void> {
  const { pending, stale, network, output } = options;
  if (pending && stale) throw usageError('use --pending or --stale, not both');
  const { rows } = await fetchAdmissions(context, options, options);
  const empty = stale ? 'No stale records.' : admissionView.empty;
  printList(context, output, { ...admissionView, empty }, rows);
  const [first] = rows;
  if (!first || output === 'json' || output === 'name') return;
  for (const line of pending ? pendingHelp(first.value, network) : staleHelp(first.value, network))
    context.terminal.err(line);
}

function pendingHelp(admission: Admission, network: string | undefined): string[] {
  const where = admission.network.name ?? admission.network.id;
  return [
    `authorize one: orrery membership authorize ${admissionReference(admission)} ${where}`,
    `deny one:      orrery membership deny ${admissionReference(admission)} ${where}`,
    `authorize all: orrery membership authorize --pending --network ${network ?? where}`,
  ];
}

function staleHelp(admission: Admission, network: string | undefined): string[] {
  const where = admission.network.name ?? admission.network.id;
  return [
    `forget one: orrery membership forget ${admissionReference(admission)} ${where}`,
    `forget all: orrery membership forget --stale --network ${network ?? where}`,
  ];
}
