import type { FindingCode, FindingData, HostId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/** Something that the API itself noticed about a host. Raised again it is the same finding, with what it says now. */
export async function raiseHostFinding(
  sql: Transaction,
  { host, code, severity, cause, fix }: FindingData & { host: HostId },
): Promise<void> {
  await runIn(sql)(
    `INSERT INTO findings (host_id, code, severity, cause, fix, ordinal, seq, since)
     SELECT id, $2, $3, $4, $5, 0, 0, now() FROM hosts WHERE id = $1
     ON CONFLICT (host_id, code, node_id, network_id, item_id)
       DO UPDATE SET severity = excluded.severity, cause = excluded.cause, fix = excluded.fix`,
    [host, code, severity, cause, fix],
  );
}

export async function clearHostFinding(
  sql: Transaction,
  { host, code }: { host: HostId; code: FindingCode },
): Promise<void> {
  await runIn(sql)(`DELETE FROM findings WHERE host_id = $1 AND code = $2`, [host, code]);
}
