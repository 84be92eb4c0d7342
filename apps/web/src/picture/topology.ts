/** `away`: its host is not online. `unknown`: it never reported. */
export type State = 'fine' | 'waiting' | 'failed' | 'away' | 'unknown';

export interface TopologyHost {
  id: string;
  name: string;
  site: string | null;
  state: State;
  simulated?: boolean;
  why?: string;
}

export interface TopologyNode {
  id: string;
  /** The ID of its host. */
  host: string;
  name: string;
  kind: 'host' | 'container';
  address: string | null;
  state: State;
  why?: string;
}

export interface TopologyNetwork {
  id: string;
  name: string | null;
  controller: string | null;
  kept: boolean;
}

export interface TopologyMembership {
  node: string;
  network: string;
  state: State;
  addresses: readonly string[];
  why?: string;
}

export interface TopologyController {
  id: string;
  name: string;
  node: string | null;
  kind: 'self-hosted' | 'central';
  state: State;
  why?: string;
}

export interface TopologyPath {
  node: string;
  /** The address of the node at the other end. */
  peer: string;
  path: 'direct' | 'relayed' | 'none';
  ms?: number;
  /** Nothing comes back along it. */
  silent?: boolean;
}

/** What `GET /v1/topology` answers: everything that the picture shows. */
export interface Topology {
  /** The database's time of this reading. */
  at: string;
  hosts: readonly TopologyHost[];
  nodes: readonly TopologyNode[];
  networks: readonly TopologyNetwork[];
  memberships: readonly TopologyMembership[];
  controllers: readonly TopologyController[];
  /** Of a large fleet not all: who shows a host asks for its paths, and puts them here. */
  paths: readonly TopologyPath[];
}
