import { Injectable } from '@nestjs/common';
import type { AnyItem, HostId, NetworkId, NodeId, ObservedMembership, Workload } from '@orrery/shared/contracts';
import { ContainerEntity } from '../database/entities/container.entity.js';
import { MembershipEntity } from '../database/entities/membership.entity.js';
import type { Sql, Transaction } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import {
  SENT_BODY,
  SENT_JOINS,
  toItem,
  toWantedContainer,
  toWantedMembership,
  type ItemRow,
  type WantedContainer,
  type WantedMembership,
  type WantedRouter,
} from './wanted-items.js';

/** An item with the name that people use for its container or membership. */
export interface NamedItem {
  item: AnyItem;
  name: string;
}

/**
 * Reads the desired state of a host. A change reads it within its transaction and after `lockHosts`, so that it stays
 * the same until the commit. Only `DesiredWriter` changes it.
 */
@Injectable()
export class Wanted {
  container(tx: Transaction, hostId: HostId, name: string): Promise<WantedContainer | undefined> {
    return findContainer(tx, { hostId, name });
  }

  containerOfNode(tx: Transaction, nodeId: NodeId): Promise<WantedContainer | undefined> {
    return findContainer(tx, { nodeId });
  }

  /** The attachment of a workload, unless it is being removed. */
  async attachment(tx: Transaction, hostId: HostId, workload: Workload): Promise<WantedContainer | undefined> {
    const found = await tx
      .createQueryBuilder(ContainerEntity, 'c')
      .innerJoinAndSelect('c.item', 'i')
      .where({ hostId })
      .andWhere(`i.kind = 'attachment' AND i.intent = 'present' AND i.body ->> 'workload' = :workload`, { workload })
      .getOne();
    return found ? toWantedContainer(found) : undefined;
  }

  /** Whether labels of its workload ask for a membership of the node now: in this network, or in any. */
  async isClaimed(tx: Transaction, nodeId: NodeId, network?: NetworkId): Promise<boolean> {
    const [claim] = await tx.query<object[]>(
      `SELECT FROM memberships m JOIN items i ON i.id = m.item_id AND i.intent = 'present'
        WHERE m.node_id = $1 AND ($2::text IS NULL OR m.network_id = $2) AND m.by_label AND m.unclaimed_since IS NULL LIMIT 1`,
      [nodeId, network ?? null],
    );
    return claim !== undefined;
  }

  /** Somebody asked for what labels had made, so labels no longer take it back. `networks`: of these memberships, and of the container if undefined. */
  async keepFromLabels(tx: Transaction, nodeId: NodeId, network?: NetworkId): Promise<void> {
    const set = 'SET by_label = false, unclaimed_since = NULL WHERE node_id = $1 AND by_label';
    if (network === undefined) await tx.query(`UPDATE containers ${set}`, [nodeId]);
    await tx.query(`UPDATE memberships ${set} AND ($2::text IS NULL OR network_id = $2)`, [nodeId, network ?? null]);
  }

  /** Ordered by network. */
  memberships(tx: Transaction, nodeId: NodeId): Promise<WantedMembership[]> {
    return findMemberships(tx, { nodeId });
  }

  async membership(tx: Transaction, nodeId: NodeId, networkId: NetworkId): Promise<WantedMembership | undefined> {
    const [membership] = await findMemberships(tx, { nodeId, networkId });
    return membership;
  }

  /** The node as a router of the network; its item may be absent already. */
  async router(tx: Transaction, nodeId: NodeId, networkId: NetworkId): Promise<WantedRouter | undefined> {
    const rows = await tx.query<
      (Omit<WantedRouter, 'watch' | 'check'> & { told: Pick<WantedRouter, 'watch' | 'check'> })[]
    >(
      `SELECT r.node_id AS "nodeId", r.network_id AS "networkId", r.host_id AS "hostId", r.item_id AS "itemId", r.launched,
              r.allow_managed AS "allowManaged", i.intent, i.body -> 'prefixes' AS prefixes,
              jsonb_strip_nulls(jsonb_build_object('watch', i.body -> 'watch', 'check', i.body -> 'check')) AS told
         FROM routers r JOIN items i ON i.id = r.item_id WHERE r.node_id = $1 AND r.network_id = $2`,
      [nodeId, networkId],
    );
    const [row] = rows;
    if (!row) return undefined;
    const { told, ...router } = row;
    return { ...router, ...told };
  }

  /** The node's last report of a network, whether or not the membership is desired. */
  async observedMembership(sql: Sql, node: NodeId, network: NetworkId): Promise<ObservedMembership | undefined> {
    const rows = await sql.query<{ observed: ObservedMembership }[]>(
      'SELECT observed FROM membership_status WHERE node_id = $1 AND network_id = $2',
      [node, network],
    );
    return rows[0]?.observed;
  }

  /**
   * All items of these hosts as they are sent, as the transaction sees them, containers first; a host without items is
   * left out.
   */
  async itemsOfHosts(sql: Sql, hosts: readonly HostId[]): Promise<Map<HostId, NamedItem[]>> {
    const rows = await sql.query<(ItemRow & { name: string })[]>(
      `SELECT i.id, i.host_id AS "hostId", i.node_id AS "nodeId", i.kind, i.intent, i.revision,
              ${SENT_BODY} AS body,
              COALESCE(n.name, i.node_id) || CASE WHEN i.kind IN ('membership', 'router')
                THEN ' in ' || COALESCE(w.name, i.body ->> 'network') ELSE '' END AS name
         FROM items i LEFT JOIN ${NAMED_NODES} n ON n.id = i.node_id ${SENT_JOINS}
        WHERE i.host_id = ANY($1) ORDER BY i.kind, i.id`,
      [hosts],
    );
    const items = new Map<HostId, NamedItem[]>();
    for (const { name, ...row } of rows) {
      const ofHost = items.get(row.hostId) ?? [];
      ofHost.push({ item: toItem(row), name });
      items.set(row.hostId, ofHost);
    }
    return items;
  }
}

/** Requires the item as well, without which the container is not desired: a scope may show only one of the two. */
async function findContainer(tx: Transaction, where: Partial<Pick<ContainerEntity, 'hostId' | 'name' | 'nodeId'>>) {
  const query = tx.createQueryBuilder(ContainerEntity, 'c').innerJoinAndSelect('c.item', 'i').where(where);
  const container = await query.getOne();
  return container ? toWantedContainer(container) : undefined;
}

async function findMemberships(tx: Transaction, where: Partial<Pick<MembershipEntity, 'nodeId' | 'networkId'>>) {
  const query = tx.createQueryBuilder(MembershipEntity, 'm').innerJoinAndSelect('m.item', 'i').where(where);
  return (await query.orderBy('m.networkId').getMany()).map(toWantedMembership);
}
