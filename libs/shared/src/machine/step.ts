import type {
  ContainerLimits,
  ItemId,
  MembershipSettings,
  Name,
  NetworkId,
  NodeAddress,
  NodeId,
  NodeKind,
  RouterWay,
  Workload,
} from '../contracts/index.js';

/** A network that a container's node joins from its first second: written into `networks.d` before the start. */
export interface InitialMembership {
  network: NetworkId;
  settings: MembershipSettings;
}

/** Everything that a container is made of; the profile adds the rest, and nothing else can be added. */
export interface ContainerBlueprint {
  item: ItemId;
  node: NodeId;
  name: Name;
  /** Resolved: the item's image, or the host's default. */
  image: string;
  limits: ContainerLimits;
  incarnation: number;
  memberships: InitialMembership[];
  /** The workload whose network namespace it uses, and the container that is it now; absent: it has its own. */
  inside?: { workload: Workload; engineId: string };
  /** Its network namespace forwards between its interfaces. Never together with `inside`. */
  forwards?: true;
}

/** One action that brings the observed state closer to the desired one: plain data. `node` is the lane; a failure is reported for `item`. */
export type Step = { node: NodeId; item: ItemId } & (
  | { step: 'pull-image'; image: string }
  /** `identity`: the pre-generated one assigned to the node, if it is still here. */
  | { step: 'mint-identity'; image: string; identity?: NodeAddress }
  | { step: 'create-container'; blueprint: ContainerBlueprint }
  /** `router`: what it lets through from its first packet. Nothing starts that forwards without its table. */
  | { step: 'start-container'; engineId: string; router?: RouterWay[] }
  /** The container that the previous step created. */
  | { step: 'start-container'; created: Name; router?: RouterWay[] }
  | { step: 'unpause-container'; engineId: string }
  /** Of an attachment whose workload has ended or was started again. */
  | { step: 'stop-container'; engineId: string }
  /** `keeps`: it is created again at once or soon, with what its daemon knows of these networks. */
  | { step: 'remove-container'; engineId: string; name: Name; keeps?: NetworkId[] }
  /** `identity`: the pre-generated one that was meant for the node. */
  | { step: 'forget-identity'; identity?: NodeAddress }
  | { step: 'join-network'; nodeKind: NodeKind; network: NetworkId; settings: MembershipSettings }
  | { step: 'configure-network'; nodeKind: NodeKind; network: NetworkId; settings: MembershipSettings }
  | { step: 'repair-network'; nodeKind: NodeKind; network: NetworkId; settings: MembershipSettings }
  | { step: 'leave-network'; nodeKind: NodeKind; network: NetworkId }
  /** `ways`: everything that the node lets through, for all its networks. None: nothing, for a container that is about to be replaced. */
  | { step: 'configure-router'; ways: RouterWay[] }
);
export type StepName = Step['step'];
export type StepOf<N extends StepName> = Extract<Step, { step: N }>;
