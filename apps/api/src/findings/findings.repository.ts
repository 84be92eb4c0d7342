import { Injectable } from '@nestjs/common';
import type { Finding, FindingQuery, HostId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset, toPage } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

const BY_HOST = new Keyset(
  ['h.name', 'f.code', 'f.node_id', 'f.network_id', 'f.item_id', 'f.source'].map((sql) => ({ sql })),
);

const SELECT = `
  SELECT f.source, f.code, f.severity, f.cause, f.fix, ${hostRef('h.id', 'h.name')} AS host,
         CASE WHEN n.id IS NULL THEN NULL ELSE ${nodeRef('n')} END AS node,
         NULLIF(f.network_id, '') AS network, ${iso('f.since')} AS since, ${BY_HOST.key}
    FROM findings f
    JOIN hosts h ON h.id = f.host_id AND h.removed_at IS NULL
    LEFT JOIN ${NAMED_NODES} n ON n.id = f.node_id`;

@Injectable()
export class FindingsRepository {
  async list(sql: Sql, query: FindingQuery, host: HostId | undefined) {
    const where = new Where().andIf(host, 'f.host_id = $?');
    const tail = BY_HOST.page(where, query);
    return toPage(
      await sql.query<(Finding & { key: string[] })[]>(`${SELECT} ${where.sql} ${tail}`, where.values),
      query.limit,
    );
  }
}
