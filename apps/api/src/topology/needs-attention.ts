import { isUnused } from '../nodes/unused-node.js';

/**
 * The rules of judge-topology.ts as conditions, by which lists are cut into pages (`attention` in a query): what needs
 * attention is what the topology shows in any state but `fine`. A test compares both over every kind of trouble. None is
 * ever null. They are made of sets, each found once, because what is rare may be anywhere in a large fleet.
 */

/** What a host reported counts only while it is heard from. */
const HEARD = `SELECT hs.host_id FROM host_status hs WHERE hs.presence = 'online'`;

const ITEMS = `items ii LEFT JOIN item_status st ON st.item_id = ii.id AND st.revision = ii.revision`;
const IS_DONE = `ii.intent = 'present' AND COALESCE(st.outcome ->> 'kind' = 'done', false)`;

const ERRORS = `findings fi WHERE fi.severity = 'error'`;

/** An error that names a network in which its node is not. */
const OF_NODE = `NOT EXISTS (SELECT FROM memberships mm WHERE mm.node_id = fi.node_id AND mm.network_id = fi.network_id)
  AND NOT EXISTS (SELECT FROM membership_status ms WHERE ms.node_id = fi.node_id AND ms.network_id = fi.network_id)`;

/** `id`: the column with the host's id. It also has the errors about nodes that are not shown. */
export const hostNeedsAttention = (id: string) => `
  ${id} NOT IN (${HEARD})
  OR ${id} IN (SELECT hh.id FROM hosts hh WHERE hh.paused)
  OR ${id} IN (SELECT fi.host_id FROM ${ERRORS} AND NOT EXISTS (SELECT FROM nodes nn WHERE nn.id = fi.node_id))`;

/** `node` and `host`: the columns with their ids. Also for containers, which stand as their nodes do. */
export const nodeNeedsAttention = (node: string, host: string) => `
  ${host} NOT IN (${HEARD})
  OR ${node} NOT IN (SELECT ns.node_id FROM node_status ns JOIN nodes nn ON nn.id = ns.node_id
                       WHERE ns.state = 'up' OR ${isUnused('nn.id', 'nn.kind', 'ns')})
  OR ${node} IN (SELECT ii.node_id FROM ${ITEMS} WHERE ii.kind <> 'membership' AND ii.id IN (SELECT cc.item_id FROM containers cc) AND NOT (${IS_DONE}))
  OR ${node} IN (SELECT fi.node_id FROM ${ERRORS} AND ${OF_NODE})`;

/** `row`: the alias of a row with the columns of a membership and `status`, which counts if there is no item. */
export const membershipNeedsAttention = (row: string, host: string) => `
  ${host} NOT IN (${HEARD})
  OR (${row}.node_id, ${row}.network_id) IN (SELECT fi.node_id, fi.network_id FROM ${ERRORS})
  OR CASE WHEN ${row}.item_id IS NULL THEN ${row}.status <> 'OK' ELSE ${row}.item_id IN (SELECT ii.id FROM ${ITEMS} WHERE NOT (${IS_DONE})) END`;
