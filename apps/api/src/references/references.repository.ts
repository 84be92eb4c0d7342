import { Injectable } from '@nestjs/common';
import {
  NodeAddress,
  type ContainerId,
  type ControllerId,
  type HostId,
  type Labels,
  type NetworkId,
  type NodeId,
  type NodeKind,
} from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { holdersOf } from '../nodes/node-addresses.js';

export interface FoundHost {
  id: HostId;
  name: string;
  nodeId: NodeId;
  labels: Labels;
  simulated: boolean;
}

export interface FoundNode {
  id: NodeId;
  kind: NodeKind;
  name: string;
  hostId: HostId;
  hostName: string;
  containerId: ContainerId | null;
}

export interface FoundContainer {
  id: ContainerId;
  name: string;
  hostId: HostId;
  hostName: string;
}

const HOST = 'SELECT id, name, node_id AS "nodeId", labels, simulated FROM hosts WHERE removed_at IS NULL';
const NODE = `SELECT DISTINCT n.id, n.kind, n.name, n.host_id AS "hostId", n.host_name AS "hostName", n.container_id AS "containerId"
  FROM ${NAMED_NODES} n`;
const CONTAINER = `SELECT c.id, c.name, h.id AS "hostId", h.name AS "hostName"
  FROM containers c JOIN hosts h ON h.id = c.host_id AND h.removed_at IS NULL`;

/** The candidates for a reference. More than one row: ambiguous, which the service reports. */
@Injectable()
export class ReferencesRepository {
  async hosts(sql: Sql, reference: string): Promise<FoundHost[]> {
    return sql.query(`${HOST} AND (id = $1 OR name = $1)`, [reference]);
  }

  /** A host's own daemon by the host's ID or name, or any node by its ID or by the address that counts as its own. */
  async nodes(sql: Sql, reference: string): Promise<FoundNode[]> {
    const named = await sql.query<FoundNode[]>(
      `${NODE} WHERE n.id = $1 OR (n.kind = 'host' AND (n.host_name = $1 OR n.host_id = $1)) ORDER BY n.name`,
      [reference],
    );
    const holders = NodeAddress.safeParse(reference).success ? await this.#holders(sql, reference) : [];
    const owners = holders.filter(({ address, id }) => address === reference && !named.some((one) => one.id === id));
    return [...named, ...owners.map(({ address: _own, ...node }) => node)];
  }

  /** Names of nodes that show this address although it is not certainly theirs. */
  async claimants(sql: Sql, address: string): Promise<string[]> {
    const holders = NodeAddress.safeParse(address).success ? await this.#holders(sql, address) : [];
    return holders.map(({ name }) => name);
  }

  /** Nodes that show an address or were assigned it, each with the one that counts as its own. */
  async #holders(sql: Sql, address: string): Promise<(FoundNode & { address: string | null })[]> {
    return sql.query(
      `SELECT n.id, n.kind, n.name, n.host_id AS "hostId", n.host_name AS "hostName", n.container_id AS "containerId", a.address
         FROM ${NAMED_NODES} n JOIN node_addresses a ON a.node_id = n.id
        WHERE n.id IN (${holdersOf('$1')}) ORDER BY n.name`,
      [[address]],
    );
  }

  async nodesOfContainer(sql: Sql, host: string, container: string): Promise<FoundNode[]> {
    return sql.query(
      `${NODE} JOIN containers c ON c.id = n.container_id
        WHERE (n.host_name = $1 OR n.host_id = $1) AND (c.name = $2 OR c.id = $2)`,
      [host, container],
    );
  }

  /** By ID, or by name on any host. */
  async containers(sql: Sql, reference: string): Promise<FoundContainer[]> {
    return sql.query(`${CONTAINER} WHERE c.id = $1 OR c.name = $1 ORDER BY h.name, c.name`, [reference]);
  }

  async containersOfHost(sql: Sql, host: string, name: string): Promise<FoundContainer[]> {
    return sql.query(`${CONTAINER} WHERE (h.name = $1 OR h.id = $1) AND (c.name = $2 OR c.id = $2)`, [host, name]);
  }

  /** By ID or name; all of them without a reference. */
  async controllers(sql: Sql, reference?: string): Promise<{ id: ControllerId; name: string }[]> {
    return sql.query('SELECT id, name FROM controllers WHERE $1::text IS NULL OR id = $1 OR name = $1 ORDER BY name', [
      reference ?? null,
    ]);
  }

  /** Only names that a person gave here: the name that a network's owner chose is hostile text, and not a reference. */
  async networkByName(sql: Sql, name: string): Promise<NetworkId | undefined> {
    const rows = await sql.query<{ id: NetworkId }[]>('SELECT id FROM networks WHERE name = $1', [name]);
    return rows[0]?.id;
  }
}
