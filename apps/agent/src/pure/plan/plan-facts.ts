import type { ItemId, NodeAddress, NodeId } from '@orrery/shared/contracts';
import type { RuledGround } from '../guard/decide-ground.js';
import type { RolledBack } from '../guard/decide-probation.js';

/** What `plan` must know of the machine beyond the observation. */
export interface PlanFacts {
  /** Image for items that name none. */
  defaultImage: string;
  /** Undefined: unknown. */
  imagePresent: (image: string) => boolean | undefined;
  /** Nodes whose identity is in the agent's state folder. */
  hasIdentity: (node: NodeId) => boolean;
  /** Identities made ahead that no node has. Left out: there are none. */
  isFree?: (address: NodeAddress) => boolean;
  /** Memberships of which the daemon says OK while the kernel has lacked interface or address for a while. Left out: none. */
  lacksInKernel?: (item: ItemId) => boolean;
  /** What the networks of the host's own daemon are held against. Left out: this machine has no ground of its own. */
  ground?: RuledGround;
  /** Left out: none. */
  rolledBack?: RolledBack;
}
