import { Injectable } from '@nestjs/common';
import { durationText, type Host, type HostId, type HostQuery, type Labels } from '@orrery/shared/contracts';
import { existing, HostEntity } from '../database/entities/host.entity.js';
import { nextVersion, type Sql, type Transaction } from '../database/sql.js';
import { iso, num } from '../paging/columns.js';
import { mapPage } from '../paging/keyset.js';
import { Orders, orOldest } from '../paging/orders.js';
import { parseSelector, whereSelector } from '../paging/selector-sql.js';
import { Where } from '../paging/where.js';
import { hostNeedsAttention } from '../topology/needs-attention.js';

const ORDERS = new Orders([{ sql: 'h.name' }], {
  name: [{ sql: 'h.name' }],
  presence: [{ sql: "COALESCE(s.presence, 'joined')" }],
  lastSeenAt: [orOldest('s.last_seen_at')],
  createdAt: [{ sql: 'h.created_at', cast: 'timestamptz' }],
});
const OWN_ADDRESS = '(SELECT o.address FROM node_status o WHERE o.node_id = h.node_id)';

const select = ({ key } = ORDERS.by(undefined)) => `
  SELECT h.id, h.name, h.labels, h.simulated, COALESCE(s.presence, 'joined') AS presence, h.paused, ${iso('h.key_revoked_at')} AS "revokedAt",
         h.ephemeral_seconds AS ephemeral,
         ${iso('s.last_seen_at')} AS "lastSeenAt", s.agent_version AS "agentVersion",
         CASE WHEN s.engine IS NULL THEN NULL
              WHEN jsonb_exists(s.engine, 'cause') THEN jsonb_build_object('state', 'unknown', 'cause', s.engine -> 'cause')
              ELSE s.engine || '{"state": "up"}' END AS engine,
         h.node_id AS node, ${num('h.revision')} AS revision, ${num('COALESCE(s.held_revision, 0)')} AS "heldRevision",
         ${iso('h.created_at')} AS "createdAt", h.version, ${key}
    FROM hosts h LEFT JOIN host_status s ON s.host_id = h.id`;

const WANTED = `
  SELECT (SELECT count(*) FROM containers WHERE host_id = $1)::int AS containers,
         (SELECT count(*) FROM memberships m JOIN nodes n ON n.id = m.node_id AND n.kind = 'host' WHERE m.host_id = $1)::int AS memberships`;

/** As the database has it, with durations in seconds. */
type HostRow = Omit<Host, 'ephemeral'> & { ephemeral: number | null };

const toHost = (row: HostRow): Host => ({
  ...row,
  ephemeral: row.ephemeral === null ? null : durationText(row.ephemeral),
});

@Injectable()
export class HostsRepository {
  async list(sql: Sql, query: HostQuery) {
    const where = new Where().and('h.removed_at IS NULL').andIf(query.presence, "COALESCE(s.presence, 'joined') = $?");
    where.andIf(query.attention, `(${hostNeedsAttention('h.id')}) = $?::boolean`).has(query.q, 'h.name', OWN_ADDRESS);
    const order = ORDERS.by(query.sort);
    if (query.selector) whereSelector(where, parseSelector(query.selector), 'h.labels');
    return mapPage(await order.page<HostRow>(sql, select(order), where, query), toHost);
  }

  async get(sql: Sql, id: HostId): Promise<Host | undefined> {
    const [row] = await sql.query<HostRow[]>(`${select()} WHERE h.id = $1 AND h.removed_at IS NULL`, [id]);
    return row && toHost(row);
  }

  /** Locks the host's row until the end of the transaction, so changes to one host are made one after the other. */
  lock(tx: Transaction, id: HostId): Promise<Pick<HostEntity, 'version' | 'labels'> | null> {
    return tx.findOne(HostEntity, {
      select: { id: true, version: true, labels: true },
      where: { id, ...existing },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async rename(tx: Transaction, id: HostId, name: string | undefined, labels: Labels): Promise<void> {
    await tx.update(HostEntity, { id }, { ...(name !== undefined && { name }), labels, version: nextVersion });
  }

  async countWanted(sql: Sql, id: HostId): Promise<{ containers: number; memberships: number }> {
    const rows = await sql.query<{ containers: number; memberships: number }[]>(WANTED, [id]);
    return rows[0] ?? { containers: 0, memberships: 0 };
  }
}
