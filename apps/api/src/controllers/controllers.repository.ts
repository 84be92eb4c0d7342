import { Injectable } from '@nestjs/common';
import type {
  Controller,
  ControllerId,
  ControllerKind,
  ControllerState,
  HostRef,
  NodeAddress,
  NodeId,
} from '@orrery/shared/contracts';
import type { ControllerQuery } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

const BY_NAME = new Keyset([{ sql: 'c.name' }]);

const SELECT = `
  SELECT c.id, c.name, c.kind, CASE WHEN n.id IS NOT NULL THEN ${nodeRef('n')} END AS node,
         CASE WHEN n.id IS NOT NULL THEN ${hostRef('n.host_id', 'n.host_name')} END AS host, c.url, s.address,
         s.zerotier_version AS "zerotierVersion", COALESCE(s.state, 'unknown') AS state, s.cause, s.fix,
         (SELECT count(*)::int FROM networks w WHERE w.controller_id = c.id) AS networks,
         ${iso('s.checked_at')} AS "checkedAt", ${iso('c.created_at')} AS "createdAt", c.version, ${BY_NAME.key}
    FROM controllers c LEFT JOIN controller_status s ON s.controller_id = c.id LEFT JOIN ${NAMED_NODES} n ON n.id = c.node_id`;

/** What the API needs to reach a controller. */
export interface ControllerPlace {
  id: ControllerId;
  name: string;
  kind: ControllerKind;
  node: NodeId | null;
  host: HostRef | null;
  url: string | null;
  tokenSealed: Buffer | null;
  address: NodeAddress | null;
  state: ControllerState;
  networks: number;
}

export interface NewController {
  id: ControllerId;
  name: string;
  kind: ControllerKind;
  node?: NodeId;
  url?: string;
  tokenSealed?: Buffer;
}

@Injectable()
export class ControllersRepository {
  async list(sql: Sql, query: ControllerQuery) {
    const where = new Where().andIf(query.kind, 'c.kind = $?');
    return BY_NAME.page<Controller>(sql, SELECT, where, query);
  }

  async get(sql: Sql, id: ControllerId): Promise<Controller | undefined> {
    const rows = await sql.query<Controller[]>(`${SELECT} WHERE c.id = $1`, [id]);
    return rows[0];
  }

  async place(sql: Sql, id: ControllerId): Promise<ControllerPlace | undefined> {
    const rows = await sql.query<ControllerPlace[]>(
      `SELECT c.id, c.name, c.kind, n.id AS node, CASE WHEN n.id IS NOT NULL THEN ${hostRef('n.host_id', 'n.host_name')} END AS host,
              c.url, c.token_sealed AS "tokenSealed", s.address, COALESCE(s.state, 'unknown') AS state,
              (SELECT count(*)::int FROM networks w WHERE w.controller_id = c.id) AS networks
         FROM controllers c LEFT JOIN controller_status s ON s.controller_id = c.id LEFT JOIN ${NAMED_NODES} n ON n.id = c.node_id
        WHERE c.id = $1`,
      [id],
    );
    return rows[0];
  }

  async ofNode(sql: Sql, node: NodeId): Promise<{ id: ControllerId; name: string } | undefined> {
    const rows = await sql.query<{ id: ControllerId; name: string }[]>(
      'SELECT id, name FROM controllers WHERE node_id = $1',
      [node],
    );
    return rows[0];
  }

  /** Its version, held to the end of the transaction; undefined: it is not there. */
  async lock(sql: Sql, id: ControllerId): Promise<number | undefined> {
    const rows = await sql.query<{ version: number }[]>('SELECT version FROM controllers WHERE id = $1 FOR UPDATE', [
      id,
    ]);
    return rows[0]?.version;
  }

  async add(sql: Sql, { id, name, kind, node, url, tokenSealed }: NewController): Promise<void> {
    await sql.query(
      'INSERT INTO controllers (id, name, kind, node_id, url, token_sealed) VALUES ($1, $2, $3, $4, $5, $6)',
      [id, name, kind, node ?? null, url ?? null, tokenSealed ?? null],
    );
    await sql.query('INSERT INTO controller_status (controller_id) VALUES ($1)', [id]);
  }

  async set(
    sql: Sql,
    id: ControllerId,
    { name, tokenSealed }: { name?: string | undefined; tokenSealed?: Buffer | undefined },
  ) {
    await sql.query(
      'UPDATE controllers SET name = COALESCE($2, name), token_sealed = COALESCE($3, token_sealed), version = version + 1 WHERE id = $1',
      [id, name ?? null, tokenSealed ?? null],
    );
    // It is asked anew at once.
    await sql.query('UPDATE controller_status SET checked_at = NULL WHERE controller_id = $1', [id]);
  }

  /** Its networks go on, without Orrery: what is left of each is its name. */
  async remove(sql: Sql, id: ControllerId): Promise<void> {
    await sql.query(
      'DELETE FROM network_status WHERE network_id IN (SELECT id FROM networks WHERE controller_id = $1)',
      [id],
    );
    await sql.query(
      'DELETE FROM controller_records WHERE network_id IN (SELECT id FROM networks WHERE controller_id = $1)',
      [id],
    );
    await sql.query('DELETE FROM verdicts WHERE network_id IN (SELECT id FROM networks WHERE controller_id = $1)', [
      id,
    ]);
    await sql.query(
      'UPDATE networks SET controller_id = NULL, config = NULL, admission = NULL WHERE controller_id = $1',
      [id],
    );
    await sql.query('DELETE FROM controllers WHERE id = $1', [id]);
  }
}
