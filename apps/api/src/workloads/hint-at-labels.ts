import type { HostId } from '@orrery/shared/contracts';
import { CHANNELS } from '../database/channels.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/** At commit, the label worker checks this host, or every host. */
export async function hintAtLabels(tx: Transaction, host: HostId | '' = ''): Promise<void> {
  await runIn(tx)('SELECT pg_notify($1, $2)', [CHANNELS.labels, host]);
}
