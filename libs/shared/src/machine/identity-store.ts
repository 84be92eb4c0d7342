import type { NodeAddress, NodeId } from '../contracts/index.js';
import type { Secret } from '../runtime/index.js';

/** Who a container's node is, and the token of its local API. The two secrets never leave the host but as files in the container. */
export interface NodeSecrets {
  address: NodeAddress;
  /** `<address>:0:<128 hex>`: what anybody may know. */
  identityPublic: string;
  /** The line of `identity.secret`, without a newline. */
  identitySecret: Secret;
  /** 24 characters of a-z and 0-9, as zerotier-one makes them. */
  authToken: Secret;
  /** The UDP port that its peers find it at, whichever container it runs in; until it first gets one, none. */
  udpPort?: number | undefined;
}

/**
 * Identities of the containers' nodes, kept in the agent's state folder: a container is cache, its identity is not. `put` and `bind`
 * are durable when they resolve. `has` answers from memory, because `plan` asks it.
 */
export interface IdentityStore {
  get(node: NodeId): Promise<NodeSecrets | undefined>;
  put(node: NodeId, secrets: NodeSecrets): Promise<void>;
  /**
   * Gives a node without an identity one that was made ahead, for ever; again for the same node is fine. False: it is not here (any
   * more). Throws a StepError when it is another node's.
   */
  bind(address: NodeAddress, node: NodeId): Promise<boolean>;
  /** `madeAhead`: that one, too, if it is still free: it was meant for this node and goes to no other. */
  forget(node: NodeId, madeAhead?: NodeAddress): Promise<void>;
  has(node: NodeId): boolean;
  /**
   * The node's UDP port, for as long as it has its identity: the first time the one that is chosen, `taken` being those of all other
   * nodes. Durable when it resolves. Undefined: none was chosen.
   */
  port(node: NodeId, choose: (taken: ReadonlySet<number>) => number | undefined): Promise<number | undefined>;
  /** Whether it is here and no node's; from memory, too. */
  isFree(address: NodeAddress): boolean;
}
