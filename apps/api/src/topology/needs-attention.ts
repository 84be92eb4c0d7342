import { isUnused } from '../nodes/unused-node.js';

/**
 * The rules of judge-topology.ts as conditions, by which lists are cut into pages (`attention` in a query): what needs
 * attention is what the topology shows in any state but `fine`. A test compares both over every kind of trouble. Each
 * condition stands by itself, is never null, and sees only what is in the scope of the token.
 */

/** What a host reported counts only while it is heard from. */
const isHeard = (host: string) =>
  `EXISTS (SELECT FROM host_status hs WHERE hs.host_id = ${host} AND hs.presence = 'online')`;

const isDone = (item: string) =>
  `(${item}.intent = 'present' AND EXISTS (SELECT FROM item_status st
     WHERE st.item_id = ${item}.id AND st.revision = ${item}.revision AND st.outcome ->> 'kind' = 'done'))`;

const isMembership = (node: string, network: string) =>
  `(EXISTS (SELECT FROM memberships mm WHERE mm.node_id = ${node} AND mm.network_id = ${network})
    OR EXISTS (SELECT FROM membership_status ms WHERE ms.node_id = ${node} AND ms.network_id = ${network}))`;

/** `id`: the column with the host's id. It also has the errors about nodes that are not shown. */
export const hostNeedsAttention = (id: string) => `
  NOT ${isHeard(id)}
  OR EXISTS (SELECT FROM hosts hh WHERE hh.id = ${id} AND hh.paused)
  OR EXISTS (SELECT FROM findings fi WHERE fi.host_id = ${id} AND fi.severity = 'error'
              AND NOT EXISTS (SELECT FROM nodes nn WHERE nn.id = fi.node_id))`;

/** `node` and `host`: the columns with their ids. Also for containers, which stand as their nodes do. */
export const nodeNeedsAttention = (node: string, host: string) => `
  NOT ${isHeard(host)}
  OR NOT EXISTS (SELECT FROM node_status ns JOIN nodes nn ON nn.id = ns.node_id
                  WHERE ns.node_id = ${node} AND (ns.state = 'up' OR ${isUnused('nn.id', 'nn.kind', 'ns')}))
  OR EXISTS (SELECT FROM containers cc JOIN items ii ON ii.id = cc.item_id WHERE cc.node_id = ${node} AND NOT ${isDone('ii')})
  OR EXISTS (SELECT FROM findings fi WHERE fi.node_id = ${node} AND fi.severity = 'error'
              AND NOT ${isMembership('fi.node_id', 'fi.network_id')})`;

/** `row`: the alias of a row with node_id and network_id. Of what Orrery did not make, zerotier-one has the last word. */
export const membershipNeedsAttention = (row: string, host: string) => `
  NOT ${isHeard(host)}
  OR EXISTS (SELECT FROM findings fi WHERE fi.node_id = ${row}.node_id AND fi.network_id = ${row}.network_id AND fi.severity = 'error')
  OR NOT COALESCE(
    (SELECT ${isDone('ii')} FROM memberships mm JOIN items ii ON ii.id = mm.item_id
      WHERE mm.node_id = ${row}.node_id AND mm.network_id = ${row}.network_id),
    EXISTS (SELECT FROM membership_status ms
             WHERE ms.node_id = ${row}.node_id AND ms.network_id = ${row}.network_id AND ms.status = 'OK'))`;
