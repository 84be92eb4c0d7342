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
import { ControllerEntity } from '../database/entities/controller.entity.js';
import { nextVersion, type Sql, type Transaction } from '../database/sql.js';
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

export interface NewController extends Pick<ControllerEntity, 'id' | 'name' | 'kind'> {
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

  ofNode(tx: Transaction, nodeId: NodeId): Promise<Pick<ControllerEntity, 'id' | 'name'> | null> {
    return tx.findOne(ControllerEntity, { select: { id: true, name: true }, where: { nodeId } });
  }

  /** Its version, locked until the end of the transaction; undefined if it does not exist. */
  async lock(tx: Transaction, id: ControllerId): Promise<number | undefined> {
    const lock = { mode: 'pessimistic_write' as const };
    const found = await tx.findOne(ControllerEntity, { select: { id: true, version: true }, where: { id }, lock });
    return found?.version;
  }

  async add(tx: Transaction, { node, ...controller }: NewController): Promise<void> {
    await tx.insert(ControllerEntity, { ...controller, nodeId: node ?? null });
    await tx.query('INSERT INTO controller_status (controller_id) VALUES ($1)', [controller.id]);
  }

  async set(
    tx: Transaction,
    id: ControllerId,
    { name, tokenSealed }: { name?: string | undefined; tokenSealed?: Buffer | undefined },
  ) {
    const put = { ...(name !== undefined && { name }), ...(tokenSealed && { tokenSealed }) };
    await tx.update(ControllerEntity, { id }, { ...put, version: nextVersion });
    // Makes it due at once.
    await tx.query('UPDATE controller_status SET checked_at = NULL WHERE controller_id = $1', [id]);
  }

  /** Its networks continue without Orrery, which keeps only their names. */
  async remove(tx: Transaction, id: ControllerId): Promise<void> {
    await tx.query(
      'DELETE FROM network_status WHERE network_id IN (SELECT id FROM networks WHERE controller_id = $1)',
      [id],
    );
    await tx.query(
      'DELETE FROM controller_records WHERE network_id IN (SELECT id FROM networks WHERE controller_id = $1)',
      [id],
    );
    await tx.query('DELETE FROM verdicts WHERE network_id IN (SELECT id FROM networks WHERE controller_id = $1)', [id]);
    await tx.query(
      'UPDATE networks SET controller_id = NULL, config = NULL, admission = NULL WHERE controller_id = $1',
      [id],
    );
    await tx.delete(ControllerEntity, { id });
  }
}
