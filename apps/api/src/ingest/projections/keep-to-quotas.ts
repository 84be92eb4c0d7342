import type { HostId } from '@orrery/shared/contracts';
import type { Run } from '../../database/statements.js';
import type { MetQuota } from '../../quotas/note-quotas.js';
import { ROW_QUOTAS, type RowQuota } from '../../quotas/quotas.js';
import { keyOf, type ObservedChanges } from './observed-changes.js';
import { leaveOut, type HeldRows } from './leave-out.js';

const HELD: Record<RowQuota, string> = {
  findings: `SELECT 'findings' AS kind, host_id, ARRAY[host_id, code, node_id, network_id, item_id, source] AS key, 0 AS bytes
               FROM findings WHERE source = 'agent' AND host_id = ANY($1)`,
  memberships: `SELECT 'memberships' AS kind, host_id, ARRAY[node_id, network_id] AS key, octet_length(observed::text) AS bytes
                  FROM membership_status WHERE host_id = ANY($1)`,
  interfaces: `SELECT 'interfaces' AS kind, host_id, ARRAY[node_id, device] AS key, octet_length(observed::text) AS bytes
                 FROM interfaces WHERE host_id = ANY($1)`,
  paths: `SELECT 'paths' AS kind, host_id, ARRAY[node_id, peer] AS key, 0 AS bytes FROM paths WHERE host_id = ANY($1)`,
  workloads: `SELECT 'workloads' AS kind, host_id, ARRAY[host_id, workload] AS key, octet_length(observed::text) AS bytes
                FROM workloads WHERE host_id = ANY($1)`,
};
const KINDS = Object.keys(HELD) as RowQuota[];

/** Removes rows beyond the quotas of their host from `changes`. Runs after deletions, which make room. */
export async function keepToQuotas(run: Run, changes: ObservedChanges): Promise<MetQuota[]> {
  const hosts = new Set<HostId>();
  const kinds = KINDS.filter((kind) => {
    const there = [...changes[kind].values()].flatMap((row) => row?.host_id ?? []);
    for (const host of there) hosts.add(host);
    return there.length > 0;
  });
  if (kinds.length === 0) return [];
  const held = await readHeld(run, kinds, [...hosts]);
  return kinds.flatMap((quota) => {
    const over = leaveOutOf(changes, quota, held[quota]);
    return [...over].map((host) => ({ host, quota }));
  });
}

function leaveOutOf(changes: ObservedChanges, kind: RowQuota, held: HeldRows): Set<HostId> {
  if (kind === 'findings') return leaveOut(changes.findings, held, ROW_QUOTAS.findings, () => 0);
  if (kind === 'paths') return leaveOut(changes.paths, held, ROW_QUOTAS.paths, () => 0);
  const sizeOf = ({ observed }: { observed: object }) => Buffer.byteLength(JSON.stringify(observed));
  if (kind === 'workloads') return leaveOut(changes.workloads, held, ROW_QUOTAS.workloads, sizeOf);
  return kind === 'memberships'
    ? leaveOut(changes.memberships, held, ROW_QUOTAS.memberships, sizeOf)
    : leaveOut(changes.interfaces, held, ROW_QUOTAS.interfaces, sizeOf);
}

async function readHeld(run: Run, kinds: readonly RowQuota[], hosts: readonly HostId[]) {
  const rows = await run<{ kind: RowQuota; host_id: HostId; key: string[]; bytes: number }>(
    kinds.map((kind) => HELD[kind]).join(' UNION ALL '),
    [hosts],
  );
  const held: Record<RowQuota, Map<HostId, Map<string, number>>> = {
    findings: new Map(),
    memberships: new Map(),
    interfaces: new Map(),
    paths: new Map(),
    workloads: new Map(),
  };
  for (const { kind, host_id, key, bytes } of rows) {
    const ofHost = held[kind].get(host_id) ?? new Map<string, number>();
    held[kind].set(host_id, ofHost.set(keyOf(...key), bytes));
  }
  return held;
}
