import type { ItemId, NodeAddress, NodeId } from '@orrery/shared/contracts';
import type { RuledGround } from '../guard/ground.js';
import type { RouterGround } from '@orrery/shared/machine';
import type { Routers } from '../router/routers.js';
import type { RolledBack } from '../guard/decide-probation.js';

/** What `plan` needs to know about the machine beyond the observation. */
export interface PlanFacts {
  /** Image for items that do not name one. */
  defaultImage: string;
  /** Undefined: unknown. */
  imagePresent: (image: string) => boolean | undefined;
  /** Nodes whose identity is in the agent's state folder. */
  hasIdentity: (node: NodeId) => boolean;
  /** Pre-generated identities that belong to no node. Omitted: there are none. */
  isFree?: (address: NodeAddress) => boolean;
  /** Memberships that the daemon reports as OK while the kernel has lacked interface or address for a while. Omitted: none. */
  lacksInKernel?: (item: ItemId) => boolean;
  /** What the networks of the host's own daemon are checked against. Omitted: this machine has no ground of its own. */
  ground?: RuledGround;
  /** Omitted: none. */
  rolledBack?: RolledBack;
  /** Omitted: nothing that routers need is missing. */
  routerGround?: RouterGround;
  /** Made by `routersOf` from the items that the policy allows. Omitted: none. */
  routers?: Routers;
}
