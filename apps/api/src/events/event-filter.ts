import type { Where } from '../paging/where.js';
import type { EventRow } from './event-row.js';

/** The requested events, with references resolved. Every given part must hold. */
export interface EventCriteria {
  hosts?: readonly string[];
  nodes?: readonly string[];
  container?: string;
  network?: string;
  command?: string;
  types?: TypeCriteria;
  /** Leaves out events for admins only. */
  withoutAudit?: boolean;
}

/** Events for admins without a scope only. */
export const AUDIT_TYPES: readonly string[] = ['access.refused'];

export interface TypeCriteria {
  exact: string[];
  /** `authorization.` for `authorization.*`. */
  families: string[];
}

/**
 * The criteria as conditions of a query; `isMatch` does the same for a row in memory. An index can answer each: one
 * value is compared rather than looked for in a list, because only then does the index return rows in the order of
 * their IDs; a family is a range.
 */
export function whereEvents(where: Where, criteria: EventCriteria): Where {
  const { hosts, nodes, container, network, command, types, withoutAudit } = criteria;
  whereOneOf(where, 'host_id', hosts);
  whereOneOf(where, 'node_id', nodes);
  where.andIf(container, 'container_name = $?').andIf(network, 'network_id = $?').andIf(command, 'command_id = $?');
  if (types) whereTypes(where, types);
  if (withoutAudit) where.and('type <> ALL($?)', AUDIT_TYPES);
  return where;
}

function whereOneOf(where: Where, column: string, list: readonly string[] | undefined): void {
  if (list?.length === 1) where.and(`${column} = $?`, list[0]);
  else where.andIf(list, `${column} = ANY($?)`);
}

function whereTypes(where: Where, { exact, families }: TypeCriteria): void {
  if (families.length === 0) return whereOneOf(where, 'type', exact);
  const ranges = families.map(() => '(type >= $? AND type < $?)');
  const bounds = families.flatMap((family) => [family, afterFamily(family)]);
  if (exact.length === 0) where.and(ranges.join(' OR '), ...bounds);
  else where.and(['type = ANY($?)', ...ranges].join(' OR '), exact, ...bounds);
}

/**
 * Types are compared byte by byte, and `/` is the byte after `.`, so the range contains exactly the types of the
 * family.
 */
const afterFamily = (family: string) => `${family.slice(0, -1)}/`;

export function isMatch(
  row: EventRow,
  { hosts, nodes, container, network, command, types, withoutAudit }: EventCriteria,
): boolean {
  const isIn = (list: readonly string[] | undefined, value: string | null) =>
    list === undefined || (value !== null && list.includes(value));
  return (
    isIn(hosts, row.hostId) &&
    isIn(nodes, row.nodeId) &&
    (container === undefined || row.containerName === container) &&
    (network === undefined || row.networkId === network) &&
    (command === undefined || row.commandId === command) &&
    !(withoutAudit && AUDIT_TYPES.includes(row.type)) &&
    (types === undefined ||
      types.exact.includes(row.type) ||
      types.families.some((family) => row.type.startsWith(family)))
  );
}
