import type { PlannedChange, PlannedField } from '@orrery/shared/contracts';
import { isDeepStrictEqual } from 'node:util';
import type { Sql } from '../database/sql.js';
import type { NamedItem } from '../wanted/wanted.service.js';

/** One thing that a change affects. */
export interface Subject {
  noun: PlannedChange['noun'];
  name: string;
  /** What people have decided about it; undefined: it does not exist. Read before and after the change. */
  read?: (sql: Sql) => Promise<object | undefined>;
  /** Differences that are not read: secrets, and what an agent does. */
  fields?: PlannedField[];
  action?: PlannedChange['action'];
}

/** Fields that identify an item, rather than describe its desired state. */
const IDENTITY = new Set(['id', 'kind', 'node', 'nodeKind', 'name', 'network', 'revision', 'identity']);

interface Compared {
  action: PlannedChange['action'];
  fields: PlannedField[];
}

/** Field by field; undefined: nothing differs. */
export function differences(before: object | undefined, after: object | undefined): Compared | undefined {
  const [is, becomes] = [flat(before ?? {}), flat(after ?? {})];
  const names = [...new Set([...is.keys(), ...becomes.keys()])];
  const fields = names
    .map((field) => ({ field, is: is.get(field) ?? null, becomes: becomes.get(field) ?? null }))
    .filter((field) => !isDeepStrictEqual(field.is, field.becomes));
  if (!before && !after) return undefined;
  if (before && after && fields.length === 0) return undefined;
  return { action: before ? (after ? 'change' : 'delete') : 'create', fields };
}

/** The differences of one subject, including those that it declares itself. */
export function changesOf({ noun, name, fields: own = [], action }: Subject, compared?: Compared): PlannedChange[] {
  const fields = [...(compared?.fields ?? []), ...own];
  if (!compared && own.length === 0) return [];
  return [{ noun, name, action: action ?? compared?.action ?? 'change', fields }];
}

/** Containers and memberships are items. Compares a host's items by name, containers first. */
export function itemChanges(before: readonly NamedItem[], after: readonly NamedItem[]): PlannedChange[] {
  const was = new Map(before.map((named) => [named.item.id, named]));
  const becomes = new Map(after.map((named) => [named.item.id, named]));
  const ids = [...new Set([...was.keys(), ...becomes.keys()])];
  const changes = ids.flatMap((id) => changeOf(was.get(id), becomes.get(id)) ?? []);
  return changes.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

const orderOf = ({ noun, name }: PlannedChange) => `${noun} ${name}`;

function changeOf(old: NamedItem | undefined, next: NamedItem | undefined): PlannedChange | undefined {
  const { item, name } = (old ?? next) as NamedItem;
  const noun = item.kind === 'membership' || item.kind === 'router' ? item.kind : 'container';
  // The item is gone: what exists on the host stays, unmanaged.
  if (old?.item.intent === 'present' && !next)
    return { noun, name, action: 'change', fields: [{ field: 'managed', is: true, becomes: false }] };
  const compared = differences(wanted(old), wanted(next));
  return compared && { noun, name, ...compared };
}

/** The desired state of an item that is to exist. */
function wanted(named: NamedItem | undefined): object | undefined {
  if (named?.item.intent !== 'present') return undefined;
  return Object.fromEntries(Object.entries(named.item).filter(([field]) => !IDENTITY.has(field) && field !== 'intent'));
}

/** `{labels: {site: 'a'}}` as `labels.site`; lists are values. */
function flat(value: object, prefix = ''): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [key, entry] of Object.entries(value) as [string, unknown][]) {
    const name = prefix + key;
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry))
      for (const [inner, of] of flat(entry, `${name}.`)) fields.set(inner, of);
    else if (entry !== undefined) fields.set(name, entry);
  }
  return fields;
}
