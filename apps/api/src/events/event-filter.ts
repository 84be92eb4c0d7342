import type { Where } from '../paging/where.js';
import type { EventRow } from './event-row.js';

/** What is asked for, references resolved. Every part that is there must hold. */
export interface EventCriteria {
  hosts?: readonly string[];
  nodes?: readonly string[];
  container?: string;
  network?: string;
  command?: string;
  types?: TypeCriteria;
  /** Events for admins alone are left out. */
  withoutAudit?: boolean;
}

/** What only an admin without a scope is told. */
export const AUDIT_TYPES: readonly string[] = ['access.refused'];

export interface TypeCriteria {
  exact: string[];
  /** `authorization.` for `authorization.*`. */
  families: string[];
}

/** The criteria as conditions of a query; `isMatch` says the same of a row in memory. */
export function whereEvents(where: Where, criteria: EventCriteria): Where {
  const { hosts, nodes, container, network, command, types, withoutAudit } = criteria;
  where
    .andIf(hosts, 'host_id = ANY($?)')
    .andIf(nodes, 'node_id = ANY($?)')
    .andIf(container, 'container_name = $?')
    .andIf(network, 'network_id = $?')
    .andIf(command, 'command_id = $?');
  if (types)
    where.and(
      'type = ANY($?) OR type LIKE ANY($?)',
      types.exact,
      types.families.map((family) => `${family}%`),
    );
  if (withoutAudit) where.and('type <> ALL($?)', AUDIT_TYPES);
  return where;
}

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
