import { Injectable } from '@nestjs/common';
import {
  readLabels,
  type HostId,
  type NetworkId,
  type NodeAddress,
  type NodeId,
  type ObservedWorkload,
  type Workload,
} from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import type { WantedContainer } from '../wanted/wanted-items.js';
import type { LabelledAttachment, LabelledHost, LabelledMembership } from './decide-labels.js';
import type { AddressHolder, LabelGround, LabelNetwork } from './judge-labels.js';

/** Everything that labels on some hosts depend on. */
export interface LabelWorld {
  now: number;
  hosts: LabelledHost[];
  ground: LabelGround;
}

type Row<T> = T & { hostId: HostId };
type ContainerRow = Row<
  Omit<WantedContainer, 'identity' | 'workload'> & {
    identity: NodeAddress | null;
    workload: Workload | null;
    address: NodeAddress | null;
    unclaimedSince: number | null;
  }
>;

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** A revoked host claims nothing, and nothing of it is taken back. */
const LIVE = `JOIN hosts h ON h.id = x.host_id AND h.removed_at IS NULL AND h.key_revoked_at IS NULL AND ($1::text[] IS NULL OR h.id = ANY($1))`;

const WORKLOADS = `
  SELECT x.host_id AS "hostId", h.name AS "hostName", x.observed FROM workloads x ${LIVE} ORDER BY h.name, x.workload`;

/** On hosts where labels ask for something or have made something. */
const CONTAINERS = `
  SELECT x.host_id AS "hostId", h.name AS "hostName", x.id, x.node_id AS "nodeId", x.item_id AS "itemId", x.name, x.version,
         x.by_label AS "byLabel", ${ms('x.unclaimed_since')} AS "unclaimedSince", i.intent, i.body -> 'image' AS image,
         i.body -> 'limits' AS limits, (i.body ->> 'incarnation')::int AS incarnation, i.body ->> 'identity' AS identity,
         i.body ->> 'workload' AS workload, n.address
    FROM containers x ${LIVE} JOIN items i ON i.id = x.item_id LEFT JOIN node_addresses n ON n.node_id = x.node_id
   WHERE x.host_id IN (SELECT host_id FROM workloads WHERE jsonb_exists(observed, 'labels')
                       UNION SELECT host_id FROM containers WHERE by_label UNION SELECT host_id FROM memberships WHERE by_label)
   ORDER BY x.created_at, x.id`;

const MEMBERSHIPS = `
  SELECT x.node_id AS "nodeId", x.network_id AS "networkId", x.item_id AS "itemId", x.version, x.by_label AS "byLabel",
         ${ms('x.unclaimed_since')} AS "unclaimedSince", i.intent, i.body -> 'settings' AS settings,
         CASE WHEN v.addresses IS NOT NULL THEN jsonb_build_object('addresses', v.addresses, 'by', v.said_by) END AS fixed
    FROM memberships x JOIN items i ON i.id = x.item_id LEFT JOIN node_addresses n ON n.node_id = x.node_id
    LEFT JOIN verdicts v ON v.network_id = x.network_id AND v.address = n.address
   WHERE x.node_id = ANY($1) ORDER BY x.network_id`;

const NETWORKS = `
  SELECT id, name, labels, CASE WHEN controller_id IS NOT NULL THEN
           ARRAY(SELECT r ->> 'target' FROM jsonb_array_elements(config -> 'routes') AS r) END AS routes
    FROM networks WHERE id = ANY($1) OR name = ANY($1)`;

/** As in \`AdmissionsRepository.holders\`, for many networks. */
const HOLDERS = `
  WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[]) AS a(network, has)),
  held AS (SELECT a.network, a.has, r.address FROM asked a JOIN controller_records r ON r.network_id = a.network AND jsonb_exists(r.addresses, a.has)
           UNION SELECT a.network, a.has, v.address FROM asked a JOIN verdicts v ON v.network_id = a.network AND jsonb_exists(v.addresses, a.has))
  SELECT h.network, h.has, h.address, COALESCE(min(n.name), h.address) AS name
    FROM held h LEFT JOIN node_addresses a ON a.address = h.address LEFT JOIN ${NAMED_NODES} n ON n.id = a.node_id
   GROUP BY h.network, h.has, h.address`;

/** What labels ask for, and what they have made. */
@Injectable()
export class LabelsRepository {
  /** `hosts` null: all of them. Hosts without workloads and without anything that labels made are left out. */
  async read(sql: Sql, hosts: readonly HostId[] | null): Promise<LabelWorld> {
    const [clock] = await sql.query<{ now: number }[]>(`SELECT ${ms('clock_timestamp()')} AS now`);
    const workloads = await sql.query<Row<{ hostName: string; observed: ObservedWorkload }>[]>(WORKLOADS, [hosts]);
    const containers = await sql.query<(ContainerRow & { hostName: string })[]>(CONTAINERS, [hosts]);
    const memberships = await sql.query<LabelledMembership[]>(MEMBERSHIPS, [
      containers.flatMap(({ workload, nodeId }) => (workload === null ? [] : [nodeId])),
    ]);
    const byId = new Map<HostId, LabelledHost>();
    const hostOf = (id: HostId, name: string): LabelledHost => {
      const host = byId.get(id) ?? { id, name, workloads: [], attachments: [], taken: new Set<string>() };
      byId.set(id, host);
      return host;
    };
    for (const { hostId, hostName, observed } of workloads) hostOf(hostId, hostName).workloads.push(observed);
    const ofNodes = new Map<NodeId, LabelledMembership[]>();
    for (const one of memberships) ofNodes.set(one.nodeId, [...(ofNodes.get(one.nodeId) ?? []), one]);
    for (const row of containers) {
      const host = hostOf(row.hostId, row.hostName);
      (host.taken as Set<string>).add(row.name);
      if (row.workload !== null) host.attachments.push(toAttachment(row, ofNodes.get(row.nodeId) ?? []));
    }
    const ground = await this.groundOf(
      sql,
      [...byId.values()].flatMap((host) => host.workloads),
    );
    return { now: Number(clock?.now), hosts: [...byId.values()], ground };
  }

  /** What these workloads' labels are judged by. */
  async groundOf(sql: Sql, workloads: readonly ObservedWorkload[]): Promise<LabelGround> {
    const claims = workloads.flatMap(({ labels }) => (labels ? readLabels(labels).claims : []));
    const references = [...new Set(claims.map(({ network }) => network))];
    const networks = references.length > 0 ? await sql.query<LabelNetwork[]>(NETWORKS, [references]) : [];
    const byName = new Map<string | null, LabelNetwork>(networks.map((one) => [one.name, one]));
    const byId = new Map<string, LabelNetwork>(networks.map((one) => [one.id, one]));
    const network = (reference: string) => byId.get(reference) ?? byName.get(reference) ?? unnamed(reference);
    const wanted = claims.flatMap(({ network: reference, address }) => {
      const found = network(reference);
      return found && address !== null ? [{ network: found.id, has: address }] : [];
    });
    const held =
      wanted.length > 0
        ? await sql.query<(AddressHolder & { network: NetworkId; has: string })[]>(HOLDERS, [
            wanted.map((one) => one.network),
            wanted.map(({ has }) => has),
          ])
        : [];
    return {
      network,
      holders: (id, address) => held.filter((one) => one.network === id && one.has === address),
    };
  }

  /** Until the end of the transaction nobody else gives out addresses of these networks, or changes whether labels can ask for them. */
  async lockNetworks(sql: Sql, networks: readonly NetworkId[]): Promise<void> {
    if (networks.length > 0)
      await sql.query('SELECT id FROM networks WHERE id = ANY($1) ORDER BY id FOR UPDATE', [networks]);
  }
}

/** A network without a name needs no row. */
const unnamed = (reference: string): LabelNetwork | undefined =>
  /^[0-9a-f]{16}$/.test(reference) ? { id: reference, name: null, labels: false, routes: null } : undefined;

function toAttachment(
  { address, unclaimedSince, workload, ...row }: ContainerRow & { hostName?: string },
  memberships: LabelledMembership[],
): LabelledAttachment {
  const { hostName: _name, ...container } = row;
  return {
    container: { ...container, workload: workload as Workload },
    address,
    unclaimedSince,
    memberships,
  };
}
