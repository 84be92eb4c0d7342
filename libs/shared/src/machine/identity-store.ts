import type { NodeAddress, NodeId } from '../contracts/index.js';
import type { Secret } from '../runtime/index.js';

/** The identity of a container's node, and the token of its local API. The two secrets never leave the host, except as files in the container. */
export interface NodeSecrets {
  address: NodeAddress;
  /** `<address>:0:<128 hex>`: the public part. */
  identityPublic: string;
  /** The line of `identity.secret`, without a newline. */
  identitySecret: Secret;
  /** 24 characters of a-z and 0-9, as zerotier-one makes them. */
  authToken: Secret;
  /** The UDP port at which its peers find it, whichever container it runs in; absent until it is first chosen. */
  udpPort?: number | undefined;
}

/**
 * Identities of the containers' nodes, kept in the agent's state folder: a container can be recreated, its identity cannot. `put` and
 * `bind` are durable when they resolve. `has` answers from memory, because `plan` asks it.
 */
export interface IdentityStore {
  get(node: NodeId): Promise<NodeSecrets | undefined>;
  put(node: NodeId, secrets: NodeSecrets): Promise<void>;
  /**
   * Gives a node without an identity a pre-generated one, permanently; repeating it for the same node is fine. False: that identity is
   * not here (any more). Throws a StepError when it belongs to another node.
   */
  bind(address: NodeAddress, node: NodeId): Promise<boolean>;
  /** `madeAhead`: also forgets this one if it is still free, because it was meant for this node and goes to no other. */
  forget(node: NodeId, madeAhead?: NodeAddress): Promise<void>;
  has(node: NodeId): boolean;
  /**
   * The node's UDP port, kept as long as its identity. The first call chooses it; `taken` contains the ports of all
   * other nodes. Durable when it resolves. Undefined if none was chosen.
   */
  port(node: NodeId, choose: (taken: ReadonlySet<number>) => number | undefined): Promise<number | undefined>;
  /** Whether it is here and belongs to no node; answers from memory, too. */
  isFree(address: NodeAddress): boolean;
}
