import type { Host } from '@orrery/shared/contracts';
import { HostEntity } from '../database/entities/host.entity.js';
import { hintAtRoutersOf } from '../admission/hints.js';
import { NodeEntity } from '../database/entities/node.entity.js';
import { nextVersion, now, type Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { withdrawCommands } from '../wanted/command-writes.js';
import { writeToOutbox } from '../events/outbox.js';
import { revokeKey } from '../host-keys/key-writes.js';

/** Rows of observations, which a removed host no longer updates. Its history stays in `events` and `commands`. */
const OBSERVED = [
  'host_status',
  'host_desired',
  'epochs',
  'node_status',
  'container_status',
  'router_status',
  'membership_status',
  'interfaces',
  'paths',
  'workloads',
  'item_status',
  'findings',
  'host_quotas',
];

/**
 * Forgets a host with its desired state and observations, and records the event; the caller holds its row. Everything
 * running there keeps running. The row stays for the history, and the installation may join again.
 */
export async function forgetHost(
  transaction: Transaction,
  { id, name, labels }: Pick<Host, 'id' | 'name' | 'labels'>,
  by: string,
): Promise<void> {
  // Must run while its containers still have names.
  await withdrawCommands(transaction, id, by);
  await writeToOutbox(transaction, { type: 'host.removed', data: { name, labels, by } }, { hostId: id });
  await revokeKey(transaction, id);
  await hintAtRoutersOf(runIn(transaction), id);
  for (const table of OBSERVED) await transaction.query(`DELETE FROM ${table} WHERE host_id = $1`, [id]);
  await transaction.delete(NodeEntity, { hostId: id });
  const installation = () => "installation || ':' || id";
  await transaction.update(HostEntity, { id }, { removedAt: now, installation, version: nextVersion });
}
