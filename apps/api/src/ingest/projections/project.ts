import type { AgentFact, NodeId, ObservedContainer } from '@orrery/shared/contracts';
import type { StoredEvent } from '../stored-event.js';
import { isOf, keyOf, pathRow, type ObservedChanges, type Mark } from './observed-changes.js';
import { projectSnapshot } from './project-snapshot.js';
import { setNode } from './set-node.js';

/**
 * Writes the state that this event reports into `changes`. Pure except for that. `isKnown`: a node that the database
 * has, of this host.
 */
export function project(changes: ObservedChanges, event: StoredEvent, isKnown: (node: NodeId) => boolean): void {
  const { fact } = event;
  const { node } = event.refs;
  const mark: Mark = { host_id: event.host, ordinal: event.ordinal, seq: event.seq };
  if (fact.type === 'host.snapshot') projectSnapshot(changes, mark, fact.data, isKnown);
  else if (fact.type.startsWith('finding.')) projectFinding(changes, mark, fact);
  else if (node === null || !isKnown(node)) projectHostPart(changes, mark, fact);
  else if (fact.type.startsWith('path.')) projectPath(changes, mark, fact);
  else if (fact.type === 'router.changed')
    changes.routers.set(node, fact.data.after && { ...mark, node_id: node, observed: fact.data.after });
  else projectNodePart(changes, mark, fact);
}

function projectNodePart(changes: ObservedChanges, mark: Mark, fact: AgentFact): void {
  switch (fact.type) {
    case 'container.created':
    case 'container.started':
    case 'container.paused':
    case 'container.unpaused':
    case 'container.changed':
    case 'container.died':
    case 'container.removed':
      return setContainer(changes, mark, fact.data, fact.type === 'container.removed');
    case 'node.up':
    case 'node.online':
    case 'node.offline':
    case 'node.changed':
    case 'node.heard': {
      const { node, after } = fact.data;
      // The peers of one that came up were looked at together with it: all of them are reported, or a snapshot follows.
      const peers_known = fact.type === 'node.up' ? true : null;
      return setNode(changes, mark, node, { state: after ? 'up' : 'unknown', cause: null, peers_known }, after);
    }
    case 'node.down':
      return setNode(changes, mark, fact.data.node, { state: 'down', cause: fact.data.cause }, fact.data.after);
    case 'network.joined':
    case 'network.left':
    case 'network.not-found':
    case 'network.changed':
    case 'authorization.requested':
    case 'authorization.granted':
    case 'authorization.revoked': {
      const { node: node_id, network: network_id, after } = fact.data;
      const row = after && { ...mark, node_id, network_id, status: after.status, name: after.name, observed: after };
      changes.memberships.set(keyOf(node_id, network_id), row);
      return;
    }
    case 'interface.up':
    case 'interface.down':
    case 'interface.changed':
    case 'address.assigned':
    case 'address.removed':
    case 'route.added':
    case 'route.removed': {
      const { node: node_id, network: network_id, device, after } = fact.data;
      const row = after && { ...mark, node_id, network_id, device, observed: after };
      changes.interfaces.set(keyOf(node_id, device), row);
      return;
    }
    default:
  }
}

function projectPath(changes: ObservedChanges, mark: Mark, fact: AgentFact): void {
  if (fact.type !== 'path.direct' && fact.type !== 'path.relayed' && fact.type !== 'path.lost') return;
  const { node, after } = fact.data;
  const peer = fact.type === 'path.lost' ? fact.data.peer : after?.address;
  if (peer !== undefined) changes.paths.set(keyOf(node, peer), after && pathRow(mark, node, after));
}

function projectHostPart(changes: ObservedChanges, mark: Mark, fact: AgentFact): void {
  const { host_id } = mark;
  switch (fact.type) {
    case 'workload.found':
    case 'workload.started':
    case 'workload.stopped':
    case 'workload.changed':
    case 'workload.removed': {
      const { workload, after: observed } = fact.data;
      changes.workloads.set(keyOf(host_id, workload), observed && { ...mark, workload, observed });
      return;
    }
    case 'host.engine-up': {
      const { cause: _past, ...before } = changes.host(host_id).engine ?? {};
      changes.host(host_id).engine = { ...before, ...fact.data };
      return;
    }
    case 'host.engine-down':
      changes.host(host_id).engine = { ...changes.host(host_id).engine, ...fact.data };
      return;
    case 'host.started':
      changes.host(host_id).agent_version = fact.data.agentVersion;
      return;
    case 'history.gap':
      changes.host(host_id).wants_snapshot = true;
      return;
    case 'item.settled': {
      const { item: item_id, revision, outcome } = fact.data;
      changes.items.set(item_id, { ...mark, item_id, revision, outcome });
      return;
    }
    default:
  }
}

function projectFinding(changes: ObservedChanges, mark: Mark, fact: AgentFact): void {
  if (fact.type !== 'finding.raised' && fact.type !== 'finding.cleared') return;
  const code = fact.type === 'finding.raised' ? fact.data.finding.code : fact.data.code;
  const [node_id, network_id, item_id] = [fact.data.node ?? '', fact.data.network ?? '', fact.data.item ?? ''];
  const key = keyOf(mark.host_id, code, node_id, network_id, item_id, 'agent');
  const row = fact.type === 'finding.raised' ? { ...mark, ...fact.data.finding, node_id, network_id, item_id } : null;
  changes.findings.set(key, row);
}

function setContainer(
  changes: ObservedChanges,
  mark: Mark,
  { node: node_id, after }: { node: NodeId; after: ObservedContainer | null },
  isRemoved: boolean,
): void {
  changes.containers.set(node_id, after && { ...mark, node_id, observed: after });
  if (isRemoved && after === null) forgetNode(changes, node_id);
}

/** A removed container takes its daemon, its router, its memberships, its interfaces and its paths with it. */
function forgetNode(changes: ObservedChanges, node: NodeId): void {
  changes.nodes.set(node, null);
  changes.routers.set(node, null);
  for (const [rows, sweeps] of [
    [changes.memberships, changes.sweeps.memberships],
    [changes.interfaces, changes.sweeps.interfaces],
    [changes.paths, changes.sweeps.paths],
  ] as const) {
    for (const key of rows.keys()) if (isOf(node, key)) rows.set(key, null);
    sweeps.set(node, { owner: node, keep: [] });
  }
}
