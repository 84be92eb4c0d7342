import type { FindingCode, FindingData, HostId, ItemId, NetworkId, NodeId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { writeToOutbox } from '../events/outbox.js';

/** What a finding is about; with its code that is its key. */
export interface AboutHost {
  host: HostId;
  node?: NodeId | null;
  network?: NetworkId | null;
  item?: ItemId | null;
}

/** The API itself found it. Raised again it only changes its words; news, told as an event, is one that was not there. */
export async function raiseHostFinding(tx: Transaction, finding: AboutHost & FindingData): Promise<void> {
  const { host, node = null, network = null, item = null, code, severity, cause, fix } = finding;
  const [row] = await runIn(tx)<{ isNew: boolean }>(
    `INSERT INTO findings AS f (host_id, code, node_id, network_id, item_id, severity, cause, fix, ordinal, seq, since)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, clock_timestamp())
     ON CONFLICT (host_id, code, node_id, network_id, item_id) DO UPDATE SET severity = excluded.severity, cause = excluded.cause,
       fix = excluded.fix RETURNING xmax = 0 AS "isNew"`,
    [host, code, node ?? '', network ?? '', item ?? '', severity, cause, fix],
  );
  if (!row?.isNew) return;
  const data = { node, network, item, finding: { code, severity, cause, fix } };
  await writeToOutbox(tx, { type: 'finding.raised', data }, { hostId: host, nodeId: node, networkId: network });
}

/** It is gone; nothing happens when it was not there. */
export async function clearHostFinding(tx: Transaction, about: AboutHost & { code: FindingCode }): Promise<void> {
  const { host, node = null, network = null, item = null, code } = about;
  const gone = await runIn(tx)(
    `DELETE FROM findings WHERE host_id = $1 AND code = $2 AND node_id = $3 AND network_id = $4 AND item_id = $5 RETURNING code`,
    [host, code, node ?? '', network ?? '', item ?? ''],
  );
  if (gone.length === 0) return;
  const data = { node, network, item, code };
  await writeToOutbox(tx, { type: 'finding.cleared', data }, { hostId: host, nodeId: node, networkId: network });
}
