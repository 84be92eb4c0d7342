import type {
  EngineInfo,
  FindingData,
  HostId,
  NodeId,
  ObservedContainer,
  ObservedInterface,
  ObservedMembership,
  Outcome,
} from '@orrery/shared/contracts';

/** Where in its host's history a row was last said. */
export interface Mark {
  host_id: HostId;
  ordinal: number;
  seq: number;
}

export interface NodeChange extends Mark {
  node_id: NodeId;
  state: 'up' | 'down' | 'unknown';
  cause: string | null;
  address: string | null;
  version: string | null;
  online: boolean | null;
  /** Whether it has heard from another node since it was started; null: nobody knows. */
  heard: boolean | null;
}
export interface ContainerChange extends Mark {
  node_id: NodeId;
  observed: ObservedContainer;
}
export interface MembershipChange extends Mark {
  node_id: NodeId;
  network_id: string;
  status: string;
  name: string;
  observed: ObservedMembership;
}
export interface InterfaceChange extends Mark {
  node_id: NodeId;
  device: string;
  network_id: string | null;
  observed: ObservedInterface;
}
export interface ItemChange extends Mark {
  item_id: string;
  revision: number;
  outcome: Outcome;
}
export interface FindingChange extends Mark, FindingData {
  node_id: string;
  network_id: string;
  item_id: string;
}
export interface HostChange {
  host_id: HostId;
  /** With a cause: it is down; what else was known of it stays beside. */
  engine?: Partial<EngineInfo> & { cause?: string };
  snapshot?: string;
  wants_snapshot?: boolean;
  agent_version?: string;
}

/** What a snapshot says is all there is: rows of this node (or host) with another key go. */
export interface Sweep {
  owner: string;
  keep: string[];
}

/** `null`: the row goes. Keys are those of the tables. */
type Rows<Row> = Map<string, Row | null>;

/**
 * What a group of events changes in the tables of what is observed. Sweeps come first, then what is gone, then what is there;
 * last per key.
 */
export class Changes {
  readonly nodes: Rows<NodeChange> = new Map();
  readonly containers: Rows<ContainerChange> = new Map();
  readonly memberships: Rows<MembershipChange> = new Map();
  readonly interfaces: Rows<InterfaceChange> = new Map();
  readonly items: Rows<ItemChange> = new Map();
  readonly findings: Rows<FindingChange> = new Map();
  readonly hosts = new Map<HostId, HostChange>();
  /** Containers by host; memberships (networks) and interfaces (devices) by node; nodes, with all of theirs, by host. */
  readonly sweeps = {
    containers: new Map<string, Sweep>(),
    memberships: new Map<string, Sweep>(),
    interfaces: new Map<string, Sweep>(),
    nodes: new Map<string, Sweep>(),
  };

  host(id: HostId): HostChange {
    const change = this.hosts.get(id) ?? { host_id: id };
    this.hosts.set(id, change);
    return change;
  }
}

/** No part has a NUL: an event with one is poison. */
const SEPARATOR = '\0';
export const keyOf = (...parts: string[]) => parts.join(SEPARATOR);
export const partsOf = (key: string) => key.split(SEPARATOR);
/** True for the keys of this node's memberships or interfaces. */
export const isOf = (node: NodeId, key: string) => key.startsWith(keyOf(node, ''));
