import {
  interfaceName,
  type NodeId,
  type ObservedNode,
  type ObservedState,
  type ObservedWorkload,
} from '@orrery/shared/contracts';
import { isOf, keyOf, partsOf, pathRow, type ObservedChanges, type Mark } from './observed-changes.js';
import { setNode } from './set-node.js';

/** A whole look at the host: known rows that it lacks are deleted; an unknown part stays as it was. */
export function projectSnapshot(
  changes: ObservedChanges,
  mark: Mark,
  { hash, state }: { hash: string; state: ObservedState },
  isKnown: (node: NodeId) => boolean,
): void {
  const host = changes.host(mark.host_id);
  host.snapshot = hash;
  host.wants_snapshot = false;
  host.engine = state.engine.known ? state.engine.value : { cause: state.engine.cause };
  if (state.containers.known) {
    const containers = state.containers.value.filter(({ node }) => isKnown(node));
    const keep = containers.map(({ node }) => node);
    sweepRows(changes.containers, (row) => row?.host_id === mark.host_id, keep);
    changes.sweeps.containers.set(mark.host_id, { owner: mark.host_id, keep });
    for (const observed of containers)
      changes.containers.set(observed.node, { ...mark, node_id: observed.node, observed });
    const looked = state.nodes.map(({ node }) => node);
    changes.sweeps.nodes.set(mark.host_id, { owner: mark.host_id, keep: [...keep, ...looked] });
    sweepRows(changes.nodes, (row) => row?.host_id === mark.host_id, [...keep, ...looked]);
    sweepRows(changes.routers, (row) => row?.host_id === mark.host_id, [...keep, ...looked]);
  }
  if (state.workloads?.known) projectWorkloads(changes, mark, state.workloads.value);
  for (const node of state.nodes) if (isKnown(node.node)) projectNode(changes, mark, node);
}

function projectWorkloads(changes: ObservedChanges, mark: Mark, workloads: readonly ObservedWorkload[]): void {
  const { host_id } = mark;
  const keep = workloads.map(({ workload }) => workload);
  for (const [key, row] of changes.workloads)
    if (partsOf(key)[0] === host_id && !(row && keep.includes(row.workload))) changes.workloads.delete(key);
  changes.sweeps.workloads.set(host_id, { owner: host_id, keep });
  for (const observed of workloads) {
    const { workload } = observed;
    changes.workloads.set(keyOf(host_id, workload), { ...mark, workload, observed });
  }
}

function projectNode(changes: ObservedChanges, mark: Mark, observed: ObservedNode): void {
  const { node, daemon, memberships, interfaces, peers, router } = observed;
  if (daemon.known) setNode(changes, mark, node, { state: 'up', cause: null, peers_known: peers.known }, daemon.value);
  else setNode(changes, mark, node, { state: 'unknown', cause: daemon.cause }, null);
  if (!router) changes.routers.set(node, null);
  else if (router.known) changes.routers.set(node, { ...mark, node_id: node, observed: router.value });
  const isOfNode = (_row: unknown, key: string) => isOf(node, key);
  const networkOf = new Map<string, string>();
  if (memberships.known) {
    sweepRows(changes.memberships, isOfNode, []);
    changes.sweeps.memberships.set(node, { owner: node, keep: memberships.value.map(({ network }) => network) });
    for (const membership of memberships.value) {
      const { network, status, name, device } = membership;
      const row = { ...mark, node_id: node, network_id: network, status, name, observed: membership };
      changes.memberships.set(keyOf(node, network), row);
      networkOf.set(device ?? interfaceName(network), network);
    }
  }
  if (peers.known) {
    sweepRows(changes.paths, isOfNode, []);
    changes.sweeps.paths.set(node, { owner: node, keep: peers.value.map(({ address }) => address) });
    for (const peer of peers.value) changes.paths.set(keyOf(node, peer.address), pathRow(mark, node, peer));
  }
  if (!interfaces.known) return;
  sweepRows(changes.interfaces, isOfNode, []);
  changes.sweeps.interfaces.set(node, { owner: node, keep: interfaces.value.map(({ device }) => device) });
  for (const { device, ...rest } of interfaces.value) {
    const row = {
      ...mark,
      node_id: node,
      device,
      network_id: networkOf.get(device) ?? null,
      observed: { device, ...rest },
    };
    changes.interfaces.set(keyOf(node, device), row);
  }
}

/** Undoes changes of earlier events in the same group to rows that the snapshot does not have. */
function sweepRows<Row>(
  rows: Map<string, Row | null>,
  isOurs: (row: Row | null, key: string) => boolean,
  keep: string[],
): void {
  for (const [key, row] of rows) if (isOurs(row, key) && !keep.includes(key)) rows.delete(key);
}
