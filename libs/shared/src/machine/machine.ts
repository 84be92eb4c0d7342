import type {
  Explained,
  FailureCode,
  ItemId,
  NodeAddress,
  NodeId,
  NodeKind,
  ObservedState,
  Stage,
} from '../contracts/index.js';
import { AppError, crashPoint } from '../runtime/index.js';
import type { ControllerApi } from './controller-api.js';
import type { SeenGround } from './ground.js';
import type { IdentityStore, NodeSecrets } from './identity-store.js';
import type { Prober } from './prober.js';
import type { Step, StepName, StepOf } from './step.js';

/** What is to be looked at besides the host's own daemon: the managed containers by what was signed for this host. */
export interface Scope {
  hostNode: NodeId;
  /** Whether anything about the host's own daemon is wanted; if not, a machine without one is simply without one. */
  containers: { item: ItemId; node: NodeId; name: string }[];
}

/** Why a step did not work. `code` becomes the item's outcome; `transient` ones are tried again soon. */
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
  /** A line of progress for the person who waits; journaled as `item.progress`, coalesced by stage. */
  progress: (stage: Stage, detail: string) => void;
}

/** One executor for each step; the compiler keeps the table complete. Executors are idempotent: the same step again does no harm. */
export type Executors = { [N in StepName]: (step: StepOf<N>, context: StepContext) => Promise<void> };

/** What `plan` must know of the machine beyond the observation. */
export interface MachineFacts {
  /** Image for items that name none. */
  defaultImage: string;
  /** Images present in the engine, by reference; undefined when unknown. */
  imagePresent(image: string): boolean | undefined;
  /** Nodes whose identity is in the agent's state folder. */
  hasIdentity(node: NodeId): boolean;
  /** Identities made ahead that no node has. */
  isFree(address: NodeAddress): boolean;
  /** What the networks of the host's own daemon must leave alone. */
  ground?: SeenGround;
}

/** `node`: nothing but this node has changed, and somebody waits for it; else anything may have, and more within milliseconds. */
export type Hint = (node?: NodeId) => void;

/**
 * The machine that the agent acts on: the real one (docker/, zerotier/, kernel/) or a simulated one. Looking never throws: a part
 * that could not be looked at is `unknown` with its cause.
 */
export interface Machine {
  readonly simulated: boolean;
  readonly executors: Executors;
  observe(scope: Scope, signal: AbortSignal): Promise<ObservedState>;
  /** One container's node alone, where all else is as it was `seen`; undefined when that is not enough: then all is to be looked at. */
  glance(scope: Scope, node: NodeId, seen: ObservedState, signal: AbortSignal): Promise<ObservedState | undefined>;
  facts(scope: Scope): Promise<MachineFacts>;
  /** Calls back when something may have changed (an engine event, a file): a hint to look now, never a truth. Stops with the signal. */
  watch(hint: Hint, signal: AbortSignal): void;
  /** Whether every change of the engine and of each kernel is hinted at now. Until then looks must not grow rare. */
  readonly hintsAtAll: boolean;
  /** Makes an identity that is no node's yet, with what is on the machine already. */
  mintAhead(signal: AbortSignal): Promise<NodeSecrets>;
  /** Last lines of a node's log. */
  logs(node: NodeId, tail: number): Promise<string>;
  /** The controller in a node's zerotier-one, asked until the signal; a StepError when there is no way to the node. */
  controller(node: NodeId, kind: NodeKind, signal: AbortSignal): Promise<ControllerApi>;
  /** The way into a node's network namespace; a StepError when there is none. */
  prober(node: NodeId, kind: NodeKind, signal: AbortSignal): Promise<Prober>;
  close(): Promise<void>;
}

/** Runs a step through its executor; the cast is safe because the table is typed by step name. */
export const execute = (executors: Executors, step: Step, context: StepContext): Promise<void> =>
  (executors[step.step] as (step: Step, context: StepContext) => Promise<void>)(step, context);

export type Mint = (image: string, signal: AbortSignal) => Promise<NodeSecrets>;

/** Gives a node its identity: the one made ahead that it is to have, or, where that is not (any more), a new one. */
export const mintStep =
  (identities: IdentityStore, mint: Mint): Executors['mint-identity'] =>
  async ({ node, image, identity }, { signal, progress }) => {
    if (identities.has(node)) return;
    if (identity !== undefined && (await identities.bind(identity, node))) {
      crashPoint('launch.identity');
      return progress('identity', `address ${identity}, made ahead`);
    }
    const secrets = await mint(image, signal);
    await identities.put(node, secrets);
    crashPoint('launch.identity');
    const instead = identity === undefined ? '' : `, made anew: ${identity} is not on this host`;
    progress('identity', `address ${secrets.address}${instead}`);
  };
