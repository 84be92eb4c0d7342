import type {
  Command,
  Container,
  ControllerState,
  FindingFacts,
  FindingCode,
  Host,
  HostRef,
  KeptRoute,
  Membership,
  Network,
  NetworkId,
  Node,
  NodeAddress,
  NodeRef,
  ShownOutcome,
} from '@orrery/shared/contracts';

/** What the API knows of how a network keeps a node, beside the membership itself. Times are ISO 8601. */
export interface Keeping {
  node: string;
  network: NetworkId;
  /** Only a name that a person gave here; never the one that the network's owner chose. */
  givenName: string | null;
  /** When the outcome became what it is. */
  settledAt: string | null;
  /** The address that counts as the node's own. */
  address: NodeAddress | null;
  /** The controller through which Orrery keeps the network; null: it does not. */
  controller: {
    name: string;
    state: ControllerState;
    cause: string | null;
    about: unknown;
    since: string | null;
  } | null;
  /** Why the controller does not have the network as desired; null: it has. */
  syncCause: string | null;
  policy: string | null;
  verdict: { verdict: 'authorize' | 'deny'; by: string; at: string } | null;
  /** Why the record is as it is: the policy or the person that authorized it. */
  admittedBy: string | null;
  sentAwayAt: string | null;
}

export interface Found {
  code: FindingCode;
  severity: 'info' | 'warning' | 'error';
  cause: string;
  fix: string;
  facts: FindingFacts | null;
  about: unknown;
  status: unknown;
  host: HostRef | null;
  node: NodeRef | null;
  network: NetworkId | null;
  since: string;
}

/** A peer that a node sends to without an answer, although it is up and its host is online. */
export interface SilentPeer {
  node: string;
  peer: string;
  endpoint: string | null;
  since: string;
  /** The networks in which both are. */
  networks: NetworkId[];
}

/** A node that carries prefixes into a network, and whether it does. */
export interface RouterStanding {
  node: string;
  outcome: ShownOutcome | null;
  /** When the outcome became what it is. */
  settledAt: string | null;
}

/** Everything about one host that an explanation is made from, or about one node or membership on it. */
export interface Evidence {
  host: Host;
  nodes: Node[];
  containers: Container[];
  memberships: Membership[];
  keeping: Keeping[];
  routers: RouterStanding[];
  findings: Found[];
  silent: SilentPeer[];
}

/** How the memberships of a network stand, by code; `code` null: as wanted. */
export interface Tally {
  kind: 'done' | 'waiting' | 'failed' | null;
  code: string | null;
  /** Somebody denied them on purpose. */
  denied: boolean;
  count: number;
  /** One of them. */
  node: string;
  cause: string | null;
  fix: string | null;
  since: string | null;
  about: unknown;
}

/** Hosts that are not heard from, so that of their nodes in a network only what they last reported is known. */
export interface Absence {
  nodes: number;
  hosts: number;
  /** The one that is away longest. */
  host: Pick<Host, 'name' | 'presence' | 'lastSeenAt' | 'createdAt' | 'paused'>;
}

export interface NetworkEvidence {
  network: Network;
  /** Only a name that a person gave here. */
  givenName: string | null;
  controller: Keeping['controller'];
  tallies: Tally[];
  absence: Absence | null;
  /** That routers bring into it. */
  routes: KeptRoute[];
}

export interface CommandEvidence {
  command: Command;
  /** The host as it stands now; undefined if it was removed. */
  host: Host | undefined;
  /** Of its networks, by ID: only names that people gave here. */
  givenNames: ReadonlyMap<string, string>;
}

/** An event, as far as a story needs it. */
export interface Past {
  at: string;
  type: string;
  network: string | null;
  /** What it was about, with the names of that time: `web-1/demo/8056c2e21c000001`. */
  subject: string | null;
  data: Record<string, unknown>;
}
