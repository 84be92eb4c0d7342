import { Injectable } from '@nestjs/common';
import type {
  ContainerId,
  ContainerLimits,
  HostId,
  Intent,
  ItemId,
  MembershipSettings,
  NetworkId,
  NodeAddress,
  NodeId,
  ObservedMembership,
} from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';

/** A container as it is wanted: its item is the truth. */
export interface WantedContainer {
  id: ContainerId;
  hostId: HostId;
  nodeId: NodeId;
  itemId: ItemId;
  name: string;
  intent: Intent;
  image: string | null;
  limits: ContainerLimits;
  incarnation: number;
  /** Of those that its host had made ahead; null: its agent makes one. */
  identity: NodeAddress | null;
  version: number;
}

export interface WantedMembership {
  nodeId: NodeId;
  networkId: NetworkId;
  itemId: ItemId;
  intent: Intent;
  settings: MembershipSettings;
  version: number;
}

const CONTAINER = `
  SELECT c.id, c.host_id AS "hostId", c.node_id AS "nodeId", c.item_id AS "itemId", c.name, i.intent, i.body ->> 'image' AS image,
         i.body -> 'limits' AS limits, (i.body ->> 'incarnation')::int AS incarnation, i.body ->> 'identity' AS identity, c.version
    FROM containers c JOIN items i ON i.id = c.item_id`;
const MEMBERSHIP = `
  SELECT m.node_id AS "nodeId", m.network_id AS "networkId", m.item_id AS "itemId", i.intent, i.body -> 'settings' AS settings, m.version
    FROM memberships m JOIN items i ON i.id = m.item_id`;

/** What is wanted, beside the items (which only DesiredWriter writes): nodes, containers, memberships. */
@Injectable()
export class WantedRepository {
  async container(sql: Sql, host: HostId, name: string): Promise<WantedContainer | undefined> {
    const rows = await sql.query<WantedContainer[]>(`${CONTAINER} WHERE c.host_id = $1 AND c.name = $2`, [host, name]);
    return rows[0];
  }

  async containerOfNode(sql: Sql, node: NodeId): Promise<WantedContainer | undefined> {
    const rows = await sql.query<WantedContainer[]>(`${CONTAINER} WHERE c.node_id = $1`, [node]);
    return rows[0];
  }

  async memberships(sql: Sql, node: NodeId): Promise<WantedMembership[]> {
    return sql.query(`${MEMBERSHIP} WHERE m.node_id = $1 ORDER BY m.network_id`, [node]);
  }

  async membership(sql: Sql, node: NodeId, network: NetworkId): Promise<WantedMembership | undefined> {
    const rows = await sql.query<WantedMembership[]>(`${MEMBERSHIP} WHERE m.node_id = $1 AND m.network_id = $2`, [
      node,
      network,
    ]);
    return rows[0];
  }

  /** What the node last showed of a network, wanted or not. */
  async observed(sql: Sql, node: NodeId, network: NetworkId): Promise<ObservedMembership | undefined> {
    const rows = await sql.query<{ observed: ObservedMembership }[]>(
      'SELECT observed FROM membership_status WHERE node_id = $1 AND network_id = $2',
      [node, network],
    );
    return rows[0]?.observed;
  }

  async addContainers(
    sql: Sql,
    added: readonly Pick<WantedContainer, 'id' | 'hostId' | 'nodeId' | 'itemId' | 'name'>[],
  ) {
    if (added.length === 0) return;
    const record = `FROM jsonb_to_recordset($1::jsonb) AS r(id text, "hostId" text, "nodeId" text, "itemId" text, name text)`;
    const rows = [JSON.stringify(added)];
    await sql.query(`INSERT INTO nodes (id, host_id, kind) SELECT "nodeId", "hostId", 'container' ${record}`, rows);
    await sql.query(
      `INSERT INTO containers (id, host_id, node_id, item_id, name) SELECT id, "hostId", "nodeId", "itemId", name ${record}`,
      rows,
    );
  }

  /** A new version for If-Match: something of the containers, or of their networks, was changed. */
  async bumpContainers(sql: Sql, nodes: readonly NodeId[]): Promise<void> {
    if (nodes.length === 0) return;
    await sql.query('UPDATE containers SET version = version + 1 WHERE node_id = ANY($1)', [nodes]);
  }

  async addMemberships(
    sql: Sql,
    added: readonly (Pick<WantedMembership, 'nodeId' | 'networkId' | 'itemId'> & { hostId: HostId })[],
  ): Promise<void> {
    if (added.length === 0) return;
    await sql.query(
      `INSERT INTO memberships (node_id, network_id, host_id, item_id) SELECT "nodeId", "networkId", "hostId", "itemId"
       FROM jsonb_to_recordset($1::jsonb) AS r("nodeId" text, "networkId" text, "hostId" text, "itemId" text)`,
      [JSON.stringify(added)],
    );
  }

  async bumpMemberships(sql: Sql, changed: readonly { nodeId: NodeId; networkId: NetworkId }[]): Promise<void> {
    if (changed.length === 0) return;
    await sql.query(
      `UPDATE memberships m SET version = version + 1 FROM unnest($1::text[], $2::text[]) AS r(node_id, network_id)
       WHERE m.node_id = r.node_id AND m.network_id = r.network_id`,
      [changed.map(({ nodeId }) => nodeId), changed.map(({ networkId }) => networkId)],
    );
  }
}
