import { Injectable } from '@nestjs/common';
import type {
  AdmissionPolicy,
  ControllerId,
  HostId,
  Network,
  NetworkConfig,
  NetworkId,
  NetworkQuery,
} from '@orrery/shared/contracts';
import { NetworkEntity } from '../database/entities/network.entity.js';
import { nextVersion, type Sql, type Transaction } from '../database/sql.js';
import { Orders } from '../paging/orders.js';
import { Where } from '../paging/where.js';
import { bumpRevisions, lockHosts } from '../wanted/revisions.js';
import type { Taker } from './free-pool.js';
import type { NetworkUse } from './network-findings.js';

/** A network as the database has it. Its findings are computed from it and `use`. */
export type NetworkRow = Omit<Network, 'findings'> & {
  use: NetworkUse & { controllerState: string | null; controllerCause: string | null };
};

/** The fields that a transaction needs to change a network. */
export type LockedNetwork = Pick<NetworkEntity, 'version' | 'controllerId' | 'config' | 'admission' | 'labels'> & {
  name: string | null;
};

/** Hosts whose reports are believed. */
const BELIEVED = 'believed AS (SELECT id FROM hosts WHERE removed_at IS NULL AND key_revoked_at IS NULL)';

const ORDERS = new Orders([{ sql: 'k.id' }], {
  id: [{ sql: 'k.id' }],
  // What a network calls itself may be long, and becomes part of cursors.
  name: [{ sql: "left(COALESCE(w.name, c.name, ''), 40)" }],
  memberships: [{ sql: 'COALESCE(c.total, 0)::bigint', cast: 'bigint' }],
});

/** Every network that has a name here, or in which a node is or should be. */
const select = ({ key } = ORDERS.by(undefined)) => `
  WITH memberships_now AS (
    SELECT COALESCE(m.network_id, s.network_id) AS network_id, s.status, s.name,
           (m.item_id IS NOT NULL AND i.intent = 'present') AS wanted,
           (i.intent = 'present' AND o.outcome IS NULL) AS pending
      FROM memberships m FULL JOIN membership_status s ON s.node_id = m.node_id AND s.network_id = m.network_id
      LEFT JOIN items i ON i.id = m.item_id
      LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision),
  counts AS (
    SELECT network_id, count(*)::int AS total, count(*) FILTER (WHERE status = 'OK')::int AS ok,
           count(*) FILTER (WHERE status IN ('ACCESS_DENIED', 'AUTHENTICATION_REQUIRED', 'REQUESTING_CONFIGURATION')
                               OR (status IS NULL AND wanted) OR pending)::int AS waiting,
           count(*) FILTER (WHERE pending)::int AS pending,
           max(NULLIF(name, '')) AS name
      FROM memberships_now GROUP BY network_id),
  known AS (SELECT id FROM networks UNION SELECT network_id FROM counts)
  SELECT k.id, COALESCE(w.name, c.name) AS name, left(k.id, 10) AS controller,
         CASE WHEN o.id IS NOT NULL THEN jsonb_build_object('id', o.id, 'name', o.name) END AS "managedBy", w.config, w.admission,
         COALESCE(w.labels, false) AS labels,
         CASE WHEN o.id IS NOT NULL THEN jsonb_build_object(
           'state', CASE WHEN t.applied_config = w.config AND t.applied_name = w.name AND t.cause IS NULL THEN 'applied' ELSE 'pending' END,
           'cause', t.cause) END AS sync,
         jsonb_build_object('authorized', (SELECT count(*)::int FROM controller_records r WHERE r.network_id = k.id AND r.authorized),
           'addresses', (SELECT COALESCE(jsonb_agg(jsonb_build_object('node', v.address, 'address', f.address)), '[]')
                           FROM verdicts v, jsonb_array_elements_text(v.addresses) AS f(address) WHERE v.network_id = k.id),
           'controllerState', q.state, 'controllerCause', q.cause) AS use,
         jsonb_build_object('total', COALESCE(c.total, 0), 'ok', COALESCE(c.ok, 0), 'waiting', COALESCE(c.waiting, 0),
           'pending', COALESCE(c.pending, 0)) AS memberships,
         COALESCE(w.version, 0) AS version, ${key}
    FROM known k LEFT JOIN networks w ON w.id = k.id LEFT JOIN counts c ON c.network_id = k.id
    LEFT JOIN controllers o ON o.id = w.controller_id LEFT JOIN controller_status q ON q.controller_id = o.id
    LEFT JOIN network_status t ON t.network_id = k.id`;

@Injectable()
export class NetworksRepository {
  async list(sql: Sql, query: NetworkQuery, controller: ControllerId | undefined) {
    const where = new Where().andIf(controller, 'o.id = $?').has(query.q, 'k.id', 'w.name', 'c.name');
    const order = ORDERS.by(query.sort);
    return order.page<NetworkRow>(sql, select(order), where, query);
  }

  async get(sql: Sql, id: NetworkId): Promise<NetworkRow | undefined> {
    const rows = await sql.query<NetworkRow[]>(`${select()} WHERE k.id = $1`, [id]);
    return rows[0];
  }

  /** Locked until the end of the transaction; version 0 for a network of which nothing is stored here. */
  async lock(tx: Transaction, id: NetworkId): Promise<LockedNetwork> {
    const found = await tx.findOne(NetworkEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
    return found ?? { name: null, version: 0, controllerId: null, config: null, admission: null, labels: false };
  }

  /** What people have decided about it; undefined if nothing. */
  async decided(
    sql: Sql,
    id: NetworkId,
  ): Promise<Pick<Network, 'name' | 'config' | 'admission' | 'labels'> | undefined> {
    const rows = await sql.query<Pick<Network, 'name' | 'config' | 'admission' | 'labels'>[]>(
      'SELECT name, config, admission, labels FROM networks WHERE id = $1',
      [id],
    );
    return rows[0];
  }

  async setName(tx: Transaction, id: NetworkId, name: string): Promise<void> {
    await tx.query(
      `INSERT INTO networks (id, name) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = networks.version + 1`,
      [id, name],
    );
  }

  /** The host of an attachment compares the name of a network with the labels of the workload, so it gets a new name at once. */
  async tellAttachments(tx: Transaction, id: NetworkId): Promise<void> {
    const rows = await tx.query<{ host: HostId }[]>(
      `SELECT DISTINCT m.host_id AS host FROM memberships m JOIN containers c ON c.node_id = m.node_id
         JOIN items i ON i.id = c.item_id AND i.kind = 'attachment' WHERE m.network_id = $1`,
      [id],
    );
    const hosts = rows.map(({ host }) => host);
    if (hosts.length === 0) return;
    await lockHosts(tx, hosts);
    await bumpRevisions(tx, hosts);
  }

  async add(tx: Transaction, id: NetworkId, name: string, kept: { controllerId: ControllerId } & Kept): Promise<void> {
    await tx.insert(NetworkEntity, { id, name, controllerId: kept.controllerId, ...columnsOf(kept) });
  }

  async setLabels(tx: Transaction, id: NetworkId, labels: boolean): Promise<void> {
    await tx.query('UPDATE networks SET labels = $2 WHERE id = $1', [id, labels]);
  }

  async set(tx: Transaction, id: NetworkId, name: string, kept: Kept): Promise<void> {
    await tx.update(NetworkEntity, { id }, { name, ...columnsOf(kept), version: nextVersion });
  }

  /** If it is kept on a controller, marks it for deletion there as well. */
  async remove(tx: Transaction, id: NetworkId, controller: ControllerId | null): Promise<void> {
    if (controller)
      await tx.query(
        'INSERT INTO network_deletions (network_id, controller_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [...[id, controller]],
      );
    await tx.delete(NetworkEntity, { id });
  }

  /** It was removed here, and its controller has not confirmed that it deleted it. */
  async isBeingDeleted(sql: Sql, id: NetworkId): Promise<boolean> {
    const rows = await sql.query<unknown[]>('SELECT FROM network_deletions WHERE network_id = $1', [id]);
    return rows.length > 0;
  }

  /**
   * All prefixes that a new pool must not overlap: those that hosts reach, and those that our networks push. Also the
   * number of hosts that have reported theirs. A host's report counts until its key is revoked.
   */
  async takenPrefixes(sql: Sql): Promise<{ prefixes: string[]; hosts: number }> {
    const rows = await sql.query<{ prefixes: string[]; hosts: number }[]>(
      `WITH ${BELIEVED}, theirs AS (SELECT s.prefixes FROM host_status s JOIN believed b ON b.id = s.host_id WHERE s.prefixes IS NOT NULL)
       SELECT (SELECT count(*)::int FROM theirs) AS hosts, ARRAY(
         SELECT jsonb_array_elements_text(prefixes) FROM theirs
         UNION SELECT r ->> 'target' FROM networks w, jsonb_array_elements(w.config -> 'routes') r
         UNION SELECT target FROM routes
         UNION SELECT r ->> 'target' FROM interfaces i JOIN believed b ON b.id = i.host_id, jsonb_array_elements(i.observed -> 'routes') r) AS prefixes`,
    );
    return rows[0] ?? { prefixes: [], hosts: 0 };
  }

  /** The same prefixes, by the ID of the host or network that takes them. */
  async takers(sql: Sql): Promise<Taker[]> {
    return sql.query(
      `WITH ${BELIEVED}, taken AS (
         SELECT s.host_id AS by, jsonb_array_elements_text(s.prefixes) AS prefix FROM host_status s JOIN believed b ON b.id = s.host_id
         UNION SELECT i.host_id, r ->> 'target' FROM interfaces i JOIN believed b ON b.id = i.host_id, jsonb_array_elements(i.observed -> 'routes') r
         UNION SELECT w.id, r ->> 'target' FROM networks w, jsonb_array_elements(w.config -> 'routes') r
         UNION SELECT network_id, target FROM routes)
       SELECT by, array_agg(prefix) AS prefixes FROM taken GROUP BY by ORDER BY by`,
    );
  }

  /** The prefixes that hosts reported to reach, by host ID. */
  async hostPrefixes(sql: Sql): Promise<Taker[]> {
    return sql.query(
      `WITH ${BELIEVED} SELECT b.id AS by, s.prefixes FROM host_status s JOIN believed b ON b.id = s.host_id
        WHERE s.prefixes IS NOT NULL ORDER BY b.id`,
    );
  }

  /** The names of those hosts and networks that the requesting token sees. */
  async namesOf(sql: Sql, ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await sql.query<{ id: string; name: string }[]>(
      `SELECT id, name FROM hosts WHERE id = ANY($1) UNION ALL SELECT id, name FROM networks WHERE id = ANY($1)`,
      [ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

interface Kept {
  config: NetworkConfig;
  admission: AdmissionPolicy;
}

/** TypeORM's type of a partial column does not accept the open records of flow rules. */
const columnsOf = ({ config, admission }: Kept): Record<keyof Kept, object> => ({ config, admission });
