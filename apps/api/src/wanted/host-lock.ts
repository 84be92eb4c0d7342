import type { HostId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/**
 * Whoever writes items, commands or command items of a host holds its row first, in order of id when there are several: so no
 * two transactions wait for each other. Readers, and ingest of what is only observed, do not wait for it.
 */
export async function lockHosts(manager: Transaction, hosts: readonly HostId[]): Promise<void> {
  await runIn(manager)('SELECT id FROM hosts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [hosts]);
}
