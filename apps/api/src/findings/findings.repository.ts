import { Injectable } from '@nestjs/common';
import type { Finding, FindingQuery, HostId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { aboutColumns } from '../remedies/remedy-about.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';
import { UPKEEP_FINDINGS } from './upkeep-findings.js';

/** Findings without a host come first. */
const BY_HOST = new Keyset(
  ["COALESCE(h.name, '')", 'f.code', 'f.node_id', 'f.network_id', 'f.item_id', 'f.source'].map((sql) => ({ sql })),
);

const OF_HOSTS =
  'SELECT host_id, source, code, node_id, network_id, item_id, severity, cause, fix, facts, since FROM findings';

const select = (findings: string) => `
  SELECT f.source, f.code, f.severity, f.cause, f.fix, CASE WHEN h.id IS NULL THEN NULL ELSE ${hostRef('h.id', 'h.name')} END AS host,
         CASE WHEN n.id IS NULL THEN NULL ELSE ${nodeRef('n')} END AS node,
         NULLIF(f.network_id, '') AS network, ${iso('f.since')} AS since, f.facts, m.status,
         ${aboutColumns('n', 'w', `NULLIF(f.network_id, '')`)} || jsonb_build_object('host', h.name) AS about, ${BY_HOST.key}
    FROM (${findings}) AS f
    LEFT JOIN hosts h ON h.id = f.host_id AND h.removed_at IS NULL
    LEFT JOIN ${NAMED_NODES} n ON n.id = f.node_id
    LEFT JOIN networks w ON w.id = f.network_id
    LEFT JOIN membership_status m ON m.node_id = f.node_id AND m.network_id = f.network_id`;

/** A finding with what its commands are made from. */
export type FindingRow = Omit<Finding, 'commands' | 'facts'> & { facts: unknown; about: unknown; status: unknown };

@Injectable()
export class FindingsRepository {
  /** `upkeep`: also list failures of the API's own upkeep. */
  async list(sql: Sql, query: FindingQuery, host: HostId | undefined, upkeep: boolean) {
    const where = new Where().and('f.host_id IS NULL OR h.id IS NOT NULL').andIf(host, 'f.host_id = $?');
    const from = select(upkeep ? `${OF_HOSTS} UNION ALL ${UPKEEP_FINDINGS}` : OF_HOSTS);
    return BY_HOST.page<FindingRow>(sql, from, where, query);
  }
}
