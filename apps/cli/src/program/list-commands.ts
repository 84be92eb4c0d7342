import { HostPage } from '@orrery/shared/contracts';
import type { Query } from '../api/api-client.js';
import { type Listed, listAll, type PageSchema } from '../api/list-all.js';
import type { ReferenceOption } from '../options/reference-option.js';
import { limitOption, outputOption, selectorOption, type OutputOptions } from '../options/shared-options.js';
import { type ListView, printList } from '../output/print.js';
import type { Context } from './context.js';
import type { Leaf, OrreryCommand } from './orrery-command.js';

export interface ListOptions extends OutputOptions {
  selector?: string;
  limit?: number;
  attention?: true;
}

export interface ListSpec<T> extends ListView<T> {
  /** Plural noun: `orrery hosts` is `orrery host ls`. */
  plural: string;
  summary: string;
  path: string;
  page: PageSchema<T>;
  /** Options named after a query parameter of the API. */
  filters?: ReferenceOption[];
  /** Options that select another list, which `instead` prints if one of them is set. */
  flags?: ReferenceOption[];
  instead?: (options: ListOptions) => Promise<void> | undefined;
  /** The host that a row belongs to, for `-l`; null if the API selects by itself. */
  hostOf: ((row: T) => string | null) | null;
  /** False for lists that do not depend on hosts. */
  selectable?: false;
  /** A view that depends on the rows, such as the names of what they refer to; undefined: the view as it is. */
  viewOf?: (rows: T[]) => Promise<ListView<T>>;
  /** The default of `--limit`; undefined: all rows. */
  limit?: number;
  examples: [string, ...string[]];
}

/** Adds the same list twice: as `ls` of the noun, and as the plural noun. */
export function addList<T>(program: OrreryCommand, noun: OrreryCommand, context: Context, spec: ListSpec<T>): void {
  const leaf: Omit<Leaf<ListOptions>, 'name'> = {
    summary: spec.summary,
    options: [
      ...(spec.filters ?? []),
      ...(spec.flags ?? []),
      ...(spec.selectable === false ? [] : [selectorOption()]),
      limitOption(spec.limit),
      outputOption(),
    ],
    examples: spec.examples,
    run: (options) => spec.instead?.(options) ?? list(context, spec, options),
  };
  noun.leaf({ ...leaf, name: 'ls' });
  program.leaf({ ...leaf, name: spec.plural, hidden: true });
}

async function list<T>(context: Context, spec: ListSpec<T>, options: ListOptions): Promise<void> {
  const { rows, more } = await fetchList(context, spec, options);
  const isTable = options.output === 'table' || options.output === 'wide';
  const view = isTable && spec.viewOf ? await spec.viewOf(rows.map(({ value }) => value)) : spec;
  const empty = options.attention ? `No ${spec.plural} need attention.` : view.empty;
  printList(context, options.output, { ...view, empty }, rows);
  if (more && context.terminal.live) context.terminal.err(`(there are more; use --limit)`);
}

export async function fetchList<T>(
  { client }: Context,
  spec: Pick<ListSpec<T>, 'path' | 'page' | 'filters' | 'hostOf'>,
  options: ListOptions,
  query: Query = {},
): Promise<Listed<T>> {
  for (const filter of spec.filters ?? [])
    query[filter.attributeName()] ??= (options as unknown as Query)[filter.attributeName()];
  const { selector, limit } = options;
  if (selector === undefined) return listAll(client, spec.path, spec.page, query, limit);
  if (spec.hostOf === null) return listAll(client, spec.path, spec.page, { ...query, selector }, limit);
  const { hostOf } = spec;
  const hosts = await listAll(client, '/v1/hosts', HostPage, { selector });
  const ids = new Set<string | null>(hosts.rows.map((row) => row.value.id));
  const all = await listAll(client, spec.path, spec.page, query);
  const rows = all.rows.filter((row) => ids.has(hostOf(row.value)));
  return { rows: rows.slice(0, limit), more: rows.length > (limit ?? Infinity) };
}
