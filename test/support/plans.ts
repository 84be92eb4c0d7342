import type { Run } from '../../apps/api/src/database/statements.js';

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: Node[];
}

export interface Plan {
  /** Tables that it reads from end to end. */
  scanned: string[];
  /** Rows that it read from tables, used or not. */
  rowsRead: number;
}

/** How Postgres executes this statement. It does execute it, so roll it back or only read. */
export async function planOf(run: Run, text: string, values: unknown[] = []): Promise<Plan> {
  const [row] = await run<{ 'QUERY PLAN': { Plan: Node }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
  const nodes = row?.['QUERY PLAN'].flatMap(({ Plan }) => allOf(Plan)) ?? [];
  const scans = nodes.filter((node) => node['Relation Name'] !== undefined && node['Node Type'].includes('Scan'));
  const tables = scans
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name'] as string);
  return { scanned: [...new Set(tables)], rowsRead: scans.reduce((sum, node) => sum + readBy(node), 0) };
}

const allOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(allOf)];

const readBy = (node: Node) =>
  ((node['Actual Rows'] ?? 0) +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0) +
    (node['Rows Removed by Join Filter'] ?? 0)) *
  (node['Actual Loops'] ?? 1);
