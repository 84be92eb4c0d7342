import type {
  EngineInfo,
  FindingData,
  HostId,
  NodeId,
  ObservedContainer,
  ObservedInterface,
  ObservedMembership,
  ObservedPeer,
  ObservedRouter,
  ObservedWorkload,
  Outcome,
} from '@orrery/shared/contracts';

/** The position in its host's history at which a row was last reported. */
export interface Mark {
  host_id: HostId;
  ordinal: number;
  seq: number;
}

export interface ObservedNodeChange extends Mark {
  node_id: NodeId;
  state: 'up' | 'down' | 'unknown';
  cause: string | null;
  address: string | null;
  version: string | null;
  online: boolean | null;
  /** Whether it has heard from another node since it was started; null: nobody knows. */
  heard: boolean | null;
  /** Whether its list of peers is known; null: as before. */
  peers_known: boolean | null;
}
export interface ObservedContainerChange extends Mark {
  node_id: NodeId;
  observed: ObservedContainer;
}
export interface ObservedRouterChange extends Mark {
  node_id: NodeId;
  observed: ObservedRouter;
}
export interface ObservedMembershipChange extends Mark {
  node_id: NodeId;
  network_id: string;
  status: string;
  name: string;
  observed: ObservedMembership;
}
export interface ObservedInterfaceChange extends Mark {
  node_id: NodeId;
  device: string;
  network_id: string | null;
  observed: ObservedInterface;
}
export interface ObservedPathChange extends Mark {
  node_id: NodeId;
  peer: string;
  role: ObservedPeer['role'];
  path: ObservedPeer['path'];
  endpoint: string | null;
  latency_ms: number | null;
  silent: boolean;
}
export interface ObservedWorkloadChange extends Mark {
  workload: string;
  observed: ObservedWorkload;
}
export interface ObservedItemChange extends Mark {
  item_id: string;
  revision: number;
  outcome: Outcome;
}
export interface ObservedFindingChange extends Mark, FindingData {
  node_id: string;
  network_id: string;
  item_id: string;
}
export interface ObservedHostChange {
  host_id: HostId;
  /** With a cause: it is down; other known data about it stays. */
  engine?: Partial<EngineInfo> & { cause?: string };
  snapshot?: string;
  wants_snapshot?: boolean;
  agent_version?: string;
}

/** A snapshot is complete: rows of this node (or host) with another key are deleted. */
export interface Sweep {
  owner: string;
  keep: string[];
}

/** `null`: the row is deleted. Keys are those of the tables. */
type Rows<Row> = Map<string, Row | null>;

/**
 * The changes of a group of events in the tables of observed state. Sweeps come first, then deletions, then rows; the
 * last per key.
 */
export class ObservedChanges {
  readonly nodes: Rows<ObservedNodeChange> = new Map();
  readonly containers: Rows<ObservedContainerChange> = new Map();
  readonly routers: Rows<ObservedRouterChange> = new Map();
  readonly memberships: Rows<ObservedMembershipChange> = new Map();
  readonly interfaces: Rows<ObservedInterfaceChange> = new Map();
  readonly paths: Rows<ObservedPathChange> = new Map();
  readonly workloads: Rows<ObservedWorkloadChange> = new Map();
  readonly items: Rows<ObservedItemChange> = new Map();
  readonly findings: Rows<ObservedFindingChange> = new Map();
  readonly hosts = new Map<HostId, ObservedHostChange>();
  /**
   * Containers and workloads by host; memberships (networks), interfaces (devices) and paths (peers) by node; nodes, with
   * everything of theirs, by host.
   */
  readonly sweeps = {
    containers: new Map<string, Sweep>(),
    workloads: new Map<string, Sweep>(),
    memberships: new Map<string, Sweep>(),
    interfaces: new Map<string, Sweep>(),
    paths: new Map<string, Sweep>(),
    nodes: new Map<string, Sweep>(),
  };

  host(id: HostId): ObservedHostChange {
    const change = this.hosts.get(id) ?? { host_id: id };
    this.hosts.set(id, change);
    return change;
  }
}

/** The row of a path. */
export const pathRow = (
  mark: Mark,
  node_id: NodeId,
  { address, role, path, endpoint, latencyMs, silent }: ObservedPeer,
) => ({
  ...mark,
  ...{ node_id, peer: address, role, path, endpoint: endpoint ?? null, latency_ms: latencyMs, silent: silent ?? false },
});

/** No part has a NUL, because an event with one is poison. */
const SEPARATOR = '\0';
export const keyOf = (...parts: string[]) => parts.join(SEPARATOR);
export const partsOf = (key: string) => key.split(SEPARATOR);
/** True for the keys of this node's memberships, interfaces or paths. */
export const isOf = (node: NodeId, key: string) => key.startsWith(keyOf(node, ''));
