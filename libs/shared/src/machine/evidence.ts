import type { FindingFacts, NetworkId, NodeAddress, NodeId, NodeKind } from '../contracts/index.js';

/** Something seen, or why it cannot be seen from where the agent runs. What is not known proves nothing. */
export type Seen<T> = { known: true; value: T } | { known: false; why: string };

/** What a doctor looks at besides the observation: seldom, because it starts programs and reads much. */
export interface MachineEvidence {
  /** The engine that the agent uses. `isRemapped`: it runs with `userns-remap`. */
  engine: Seen<{ version: string; isRootless: boolean; isRemapped: boolean }>;
  /** /dev/net/tun as this process finds it. `forAll`: every user can open it. */
  tun: Seen<{ state: 'absent' | 'usable' | 'denied'; forAll: boolean }>;
  /** The chain FORWARD of the host, in the order of its rules. */
  forward: Seen<Forwarding>;
  /** Numbers of rules that each of the two iptables shows. */
  firewalls: Seen<{ legacyRules: number; nftRules: number }>;
  /** Devices of the host's network namespace by name, with their addresses. */
  devices: Seen<ReadonlyMap<string, readonly string[]>>;
  /** Who has the UDP port of the host's own zerotier-one; null: nobody, or zerotier-one itself. Looked for only if it lacks its port. */
  portHolder: Seen<PortHolder | null>;
  /** Servers that the resolver of the host asks. `followsZeroTier`: something passes the servers of ZeroTier networks on to it. */
  resolver: Seen<{ servers: readonly string[]; followsZeroTier: boolean }>;
  /** Roots that this host is set up for, by file: the addresses in it. Empty if it is set up for none. */
  roots: Seen<readonly (readonly NodeAddress[])[]>;
  packages: FindingFacts['packages'];
  nodes: readonly NodeEvidence[];
}

export interface Forwarding {
  policy: 'ACCEPT' | 'DROP';
  /** What stands before the first rule that leads to Docker's own: `rejects`: a rule that drops everything. */
  first: 'docker' | 'rejects' | 'nothing';
}

export interface PortHolder {
  port: number;
  pid: number;
  program: string;
}

export interface NodeEvidence {
  node: NodeId;
  kind: NodeKind;
  daemon: Seen<DaemonEvidence>;
  peers: Seen<readonly PeerEvidence[]>;
  /** Networks that push DNS servers. */
  dns: Seen<readonly { network: NetworkId; device: string | null; servers: readonly string[]; allowDns: boolean }[]>;
}

export interface DaemonEvidence {
  address: NodeAddress;
  version: string;
  /** Its UDP sockets as `address/port`; undefined: this version does not say. */
  listeningOn: readonly string[] | undefined;
  port: number | undefined;
  tcpFallback: boolean;
}

export interface PeerEvidence {
  address: NodeAddress;
  isRoot: boolean;
  /** Milliseconds since it was last heard; null: never. */
  heardMsAgo: number | null;
}

/** Evidence of a machine about which nothing can be said, for a reason. */
export function noEvidence(why: string): MachineEvidence {
  const unseen = { known: false, why } as const;
  return {
    ...{ engine: unseen, tun: unseen, forward: unseen, firewalls: unseen, devices: unseen, portHolder: unseen },
    ...{ resolver: unseen, roots: unseen, packages: undefined, nodes: [] },
  };
}
