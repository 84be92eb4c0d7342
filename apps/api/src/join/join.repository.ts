import { Injectable } from '@nestjs/common';
import type { HostId, HostKey, JoinRequest, NodeId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';

export interface JoinedHost {
  id: HostId;
  nodeId: NodeId;
  name: string;
  /** Null: it joined before hosts had keys. */
  key: HostKey | null;
  isRevoked: boolean;
  /** Who asked for another key of it. */
  rotationBy: string | null;
}

const JOINED = `
  SELECT id, node_id AS "nodeId", name, key, key_revoked_at IS NOT NULL AS "isRevoked", rotation_by AS "rotationBy"
    FROM hosts WHERE removed_at IS NULL AND`;

@Injectable()
export class JoinRepository {
  /** To the end of the transaction: requests of one installation are handled one after the other. */
  async lock(sql: Sql, installation: string): Promise<void> {
    await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [installation]);
  }

  async byInstallation(sql: Sql, installation: string): Promise<JoinedHost | undefined> {
    const rows = await sql.query<JoinedHost[]>(`${JOINED} installation = $1`, [installation]);
    return rows[0];
  }

  async byId(sql: Sql, id: HostId): Promise<JoinedHost | undefined> {
    const rows = await sql.query<JoinedHost[]>(`${JOINED} id = $1`, [id]);
    return rows[0];
  }

  /** Holds the row to the end of the transaction: its key is changed once. */
  async lockById(sql: Sql, id: HostId): Promise<JoinedHost | undefined> {
    const rows = await sql.query<JoinedHost[]>(`${JOINED} id = $1 FOR UPDATE`, [id]);
    return rows[0];
  }

  /** Another machine takes the place of the one that was this host. */
  async replace(sql: Sql, id: HostId, installation: string): Promise<void> {
    await sql.query('UPDATE hosts SET installation = $2 WHERE id = $1', [id, installation]);
  }

  async byName(sql: Sql, name: string): Promise<JoinedHost | undefined> {
    const rows = await sql.query<JoinedHost[]>(`${JOINED} name = $1`, [name]);
    return rows[0];
  }

  /** The host, its own daemon's node, and a place for what is observed of it. */
  async add(
    sql: Sql,
    { id, nodeId }: Pick<JoinedHost, 'id' | 'nodeId'>,
    { name, labels, simulated, installation, agentVersion, key }: JoinRequest,
  ): Promise<void> {
    await sql.query(
      'INSERT INTO hosts (id, name, labels, simulated, installation, node_id, key) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, name, JSON.stringify(labels), simulated, installation, nodeId, key],
    );
    await sql.query("INSERT INTO nodes (id, host_id, kind) VALUES ($1, $2, 'host')", [nodeId, id]);
    await sql.query('INSERT INTO host_status (host_id, agent_version) VALUES ($1, $2)', [id, agentVersion]);
  }
}
