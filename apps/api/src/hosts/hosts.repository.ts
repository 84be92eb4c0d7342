import { Injectable } from '@nestjs/common';
import { durationText, type Host, type HostId, type HostQuery, type Labels } from '@orrery/shared/contracts';
import { existing, HostEntity } from '../database/entities/host.entity.js';
import { nextVersion, type Sql, type Transaction } from '../database/sql.js';
import { iso, num } from '../paging/columns.js';
import { mapPage } from '../paging/keyset.js';
import { Orders, orOldest } from '../paging/orders.js';
import { parseSelector, whereSelector } from '../paging/selector-sql.js';
import { contains, patternOf, Where } from '../paging/where.js';
import { hostNeedsAttention } from '../topology/needs-attention.js';

const ORDERS = new Orders([{ sql: 'h.name' }], {
  name: [{ sql: 'h.name' }],
  presence: [{ sql: "COALESCE(s.presence, 'joined')" }],
  lastSeenAt: [orOldest('s.last_seen_at')],
  createdAt: [{ sql: 'h.created_at', cast: 'timestamptz' }],
});

const PARTS = {
  columns: `h.id, h.name, h.labels, h.simulated, s.presence, h.paused, h.key_revoked_at, h.ephemeral_seconds, s.last_seen_at,
    s.agent_version, s.engine, h.node_id, h.revision, s.held_revision, h.created_at, h.version`,
  keys: 'FROM hosts h LEFT JOIN host_status s ON s.host_id = h.id',
  rows: `
    SELECT p.id, p.name, p.labels, p.simulated, COALESCE(p.presence, 'joined') AS presence, p.paused, ${iso('p.key_revoked_at')} AS "revokedAt",
           p.ephemeral_seconds AS ephemeral,
           ${iso('p.last_seen_at')} AS "lastSeenAt", p.agent_version AS "agentVersion",
           CASE WHEN p.engine IS NULL THEN NULL
                WHEN jsonb_exists(p.engine, 'cause') THEN jsonb_build_object('state', 'unknown', 'cause', p.engine -> 'cause')
                ELSE p.engine || '{"state": "up"}' END AS engine,
           p.node_id AS node, ${num('p.revision')} AS revision, ${num('COALESCE(p.held_revision, 0)')} AS "heldRevision",
           ${iso('p.created_at')} AS "createdAt", p.version, p.key
      FROM page p`,
};

const search = (text: string) => `${contains('h.name', text)}
  OR h.node_id IN (SELECT o.node_id FROM node_status o WHERE ${contains('o.address', text)})`;

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
    where.andIf(query.attention, `(${hostNeedsAttention('h.id')}) = $?::boolean`);
    if (query.q !== undefined) where.and(search(where.param(patternOf(query.q))));
    if (query.selector) whereSelector(where, parseSelector(query.selector), 'h.labels');
    return mapPage(await ORDERS.by(query.sort).cutPage<HostRow>(sql, PARTS, where, query), toHost);
  }

  async get(sql: Sql, id: HostId): Promise<Host | undefined> {
    const one = new Where().and('h.id = $? AND h.removed_at IS NULL', id);
    const { items } = await ORDERS.by(undefined).cutPage<HostRow>(sql, PARTS, one, { limit: 1 });
    return items[0] && toHost(items[0]);
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
