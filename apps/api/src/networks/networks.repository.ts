import { Injectable } from '@nestjs/common';
import type { Network, NetworkId, PageQuery } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { Keyset, toPage } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

const BY_ID = new Keyset([{ sql: 'k.id' }]);

/** Every network that has a name here, or that a node is in or shall be in. */
const SELECT = `
  WITH memberships_now AS (
    SELECT COALESCE(m.network_id, s.network_id) AS network_id, s.status, s.name,
           (m.item_id IS NOT NULL AND i.intent = 'present') AS wanted
      FROM memberships m FULL JOIN membership_status s ON s.node_id = m.node_id AND s.network_id = m.network_id
      LEFT JOIN items i ON i.id = m.item_id),
  counts AS (
    SELECT network_id, count(*)::int AS total, count(*) FILTER (WHERE status = 'OK')::int AS ok,
           count(*) FILTER (WHERE status IN ('ACCESS_DENIED', 'AUTHENTICATION_REQUIRED', 'REQUESTING_CONFIGURATION')
                               OR (status IS NULL AND wanted))::int AS waiting,
           max(NULLIF(name, '')) AS name
      FROM memberships_now GROUP BY network_id),
  known AS (SELECT id FROM networks UNION SELECT network_id FROM counts)
  SELECT k.id, COALESCE(w.name, c.name) AS name, left(k.id, 10) AS controller,
         CASE WHEN o.id IS NOT NULL THEN jsonb_build_object('id', o.id, 'name', o.name) END AS "managedBy", w.config, w.admission,
         CASE WHEN o.id IS NOT NULL THEN jsonb_build_object(
           'state', CASE WHEN t.applied_config = w.config AND t.applied_name = w.name AND t.cause IS NULL THEN 'applied' ELSE 'pending' END,
           'cause', t.cause) END AS sync, '[]'::jsonb AS findings,
         jsonb_build_object('total', COALESCE(c.total, 0), 'ok', COALESCE(c.ok, 0), 'waiting', COALESCE(c.waiting, 0)) AS memberships,
         COALESCE(w.version, 0) AS version, ${BY_ID.key}
    FROM known k LEFT JOIN networks w ON w.id = k.id LEFT JOIN counts c ON c.network_id = k.id
    LEFT JOIN controllers o ON o.id = w.controller_id LEFT JOIN network_status t ON t.network_id = k.id`;

@Injectable()
export class NetworksRepository {
  async list(sql: Sql, query: PageQuery) {
    const where = new Where();
    const tail = BY_ID.page(where, query);
    return toPage(
      await sql.query<(Network & { key: string[] })[]>(`${SELECT} ${where.sql} ${tail}`, where.values),
      query.limit,
    );
  }

  async get(sql: Sql, id: NetworkId): Promise<Network | undefined> {
    const rows = await sql.query<Network[]>(`${SELECT} WHERE k.id = $1`, [id]);
    return rows[0];
  }

  /** The name's version, held to the end of the transaction; 0 for a network without a name. */
  async lockVersion(sql: Sql, id: NetworkId): Promise<number> {
    const rows = await sql.query<{ version: number }[]>('SELECT version FROM networks WHERE id = $1 FOR UPDATE', [id]);
    return rows[0]?.version ?? 0;
  }

  async setName(sql: Sql, id: NetworkId, name: string): Promise<void> {
    await sql.query(
      `INSERT INTO networks (id, name) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = networks.version + 1`,
      [id, name],
    );
  }
}
