import type {
  Explained,
  FailureCode,
  ItemId,
  NodeAddress,
  NodeId,
  NodeKind,
  ObservedState,
  ObservedWorkload,
  Part,
  Stage,
  Workload,
} from '../contracts/index.js';
import { AppError, crashPoint } from '../runtime/index.js';
import type { ControllerApi } from './controller-api.js';
import type { MachineEvidence } from './evidence.js';
import type { RouterGround, SeenGround } from './ground.js';
import type { IdentityStore, NodeSecrets } from './identity-store.js';
import type { Prober } from './prober.js';
import type { Step, StepName, StepOf } from './step.js';

/** What to observe besides the host's own daemon: the managed containers of the signed desired state. */
export interface Scope {
  hostNode: NodeId;
  /** Whether an item concerns the host's own daemon; if not, a machine without zerotier-one is fine. */
  containers: { item: ItemId; node: NodeId; name: string; workload?: Workload }[];
  /** Whether an item wants a router here. Without one, what routers need is looked at seldom. */
  hasRouters?: boolean;
}

/** Why a step failed. `code` becomes the item's outcome; `transient` errors are retried soon. */
export class StepError extends AppError {
  declare readonly code: FailureCode;
  readonly transient: boolean;
  constructor(options: Explained<FailureCode> & { transient?: boolean; origin?: unknown }) {
    super({ code: options.code, kind: 'operational', cause: options.cause, fix: options.fix, origin: options.origin });
    this.name = 'StepError';
    this.transient = options.transient ?? false;
  }
}

export interface StepContext {
  signal: AbortSignal;
  /** Reports a line of progress to whoever is waiting; journaled as `item.progress`, coalesced by stage. */
  progress: (stage: Stage, detail: string) => void;
}

/** One executor for each step; the compiler keeps the table complete. Executors are idempotent: repeating a step does no harm. */
export type Executors = { [N in StepName]: (step: StepOf<N>, context: StepContext) => Promise<void> };

/** What `plan` needs to know about the machine beyond the observation. */
export interface MachineFacts {
  /** Image for items that do not name one. */
  defaultImage: string;
  /** Images present in the engine, by reference; undefined when unknown. */
  imagePresent(image: string): boolean | undefined;
  /** Nodes whose identity is in the agent's state folder. */
  hasIdentity(node: NodeId): boolean;
  /** Pre-generated identities that belong to no node. */
  isFree(address: NodeAddress): boolean;
  /** What the networks of the host's own daemon must leave alone. */
  ground?: SeenGround;
  /** What its routers need. Omitted: nothing is missing. */
  routerGround?: RouterGround;
}

/** `node`: only this node has changed, and somebody waits for it. Without it, anything may have changed, and more may follow within milliseconds. */
export type Hint = (node?: NodeId) => void;

/**
 * The machine that the agent acts on: the real one (docker/, zerotier/, kernel/) or a simulated one. Observing never throws: a part that
 * could not be observed is `unknown` with its cause.
 */
export interface Machine {
  readonly simulated: boolean;
  readonly executors: Executors;
  observe(scope: Scope, signal: AbortSignal): Promise<ObservedState>;
  /** Observes one container's node alone, if everything else is as in `seen`; undefined when that is not enough and a full observation is needed. */
  glance(scope: Scope, node: NodeId, seen: ObservedState, signal: AbortSignal): Promise<ObservedState | undefined>;
  facts(scope: Scope): Promise<MachineFacts>;
  /** Looks for workloads that no item names yet, and for nothing else. */
  findWorkloads(named: readonly Workload[], signal: AbortSignal): Promise<Part<ObservedWorkload[]>>;
  /** Nodes that had heard from nobody for a while when they were last observed: a reason to examine them, not a finding. */
  readonly silentNodes: ReadonlySet<NodeId>;
  /** Looks at the machine as a doctor does: seldom, and until the signal at most. Never throws: what cannot be seen says why. */
  examine(scope: Scope, signal: AbortSignal): Promise<MachineEvidence>;
  /** Calls `hint` when something may have changed (an engine event, a file): a reason to look now, never a fact. Stops with the signal. */
  watch(hint: Hint, signal: AbortSignal): void;
  /** Whether every change of the engine and of each kernel is hinted at now. Until then looks must not grow rare. */
  readonly hintsAtAll: boolean;
  /** Generates an identity that belongs to no node yet, with an image that is already on the machine. */
  mintAhead(signal: AbortSignal): Promise<NodeSecrets>;
  /** Last lines of a node's log. */
  logs(node: NodeId, tail: number): Promise<string>;
  /** The controller in a node's zerotier-one, usable until the signal; throws a StepError when the node cannot be reached. */
  controller(node: NodeId, kind: NodeKind, signal: AbortSignal): Promise<ControllerApi>;
  /** Access to a node's network namespace; throws a StepError when there is none. */
  prober(node: NodeId, kind: NodeKind, signal: AbortSignal): Promise<Prober>;
  close(): Promise<void>;
}

/** Runs a step through its executor; the cast is safe because the table is typed by step name. */
export const execute = (executors: Executors, step: Step, context: StepContext): Promise<void> =>
  (executors[step.step] as (step: Step, context: StepContext) => Promise<void>)(step, context);

export type Mint = (image: string, signal: AbortSignal) => Promise<NodeSecrets>;

/** Gives a node its identity: the pre-generated one assigned to it, or a new one if that is not here (any more). */
export const mintStep =
  (identities: IdentityStore, mint: Mint): Executors['mint-identity'] =>
  async ({ node, image, identity }, { signal, progress }) => {
    if (identities.has(node)) return;
    if (identity !== undefined && (await identities.bind(identity, node))) {
      crashPoint('launch.identity');
      return progress('identity', `address ${identity}, pre-generated`);
    }
    const secrets = await mint(image, signal);
    await identities.put(node, secrets);
    crashPoint('launch.identity');
    const instead = identity === undefined ? '' : `, newly generated: ${identity} is not on this host`;
    progress('identity', `address ${secrets.address}${instead}`);
  };
