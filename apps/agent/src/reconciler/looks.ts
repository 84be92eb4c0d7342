import { isOfContainer, type NodeId, type ObservedState, type Item, type ItemId } from '@orrery/shared/contracts';
import type { Machine, MachineFacts, Scope } from '@orrery/shared/machine';
import type { RolledBack } from '../pure/guard/decide-probation.js';
import type { Before } from '../guard/probations.js';
import { allowsWorkloads, UNREADABLE_HOLD_MS, type routesPolicy } from '../pure/policy/denials.js';
import type { HeldPolicy } from '../pure/policy/policy.js';

/** How old the last full look may be for a look at one node alone, if not every change is hinted at. */
const FRESH_MS = 2_000;
/** Longest pause while all is quiet and every change is hinted at: the most that a missed hint costs. */
const RARE_MS = 25_000;

/** Records what has woken the loop since its last look. That decides when it looks again, and at what. */
export class Wakings {
  #isAwaited = false;
  #node: NodeId | undefined;
  #isMore = false;

  /** Something may have changed, and more may follow within milliseconds. */
  somewhere(): void {
    this.#isMore = true;
  }

  /** A single change whose result somebody waits for. `node`: only this node has changed. */
  awaited(node?: NodeId): void {
    this.#isAwaited = true;
    this.#isMore ||= node === undefined || (this.#node !== undefined && this.#node !== node);
    this.#node = node;
  }

  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** Resets the record. Returns the only node that needs a look, given the milliseconds since the last full one. */
  take(wholeLookAgo: number, hintsAtAll: boolean): NodeId | undefined {
    const isOld = wholeLookAgo > (hintsAtAll ? RARE_MS : FRESH_MS);
    const node = this.#isMore || isOld ? undefined : this.#node;
    this.#isAwaited = false;
    this.#isMore = false;
    this.#node = undefined;
    return node;
  }
}

/** The result of a look. */
export interface Seen {
  observed: ObservedState;
  possessions: MachineFacts;
}

/** Looks at the whole machine, or at one node if nothing else woke the loop. */
export class Looks {
  readonly wakings = new Wakings();
  #only: NodeId | undefined;
  #last: Seen | undefined;
  #wholeAt = -Infinity;

  constructor(
    private readonly machine: Machine,
    private readonly now: () => number,
  ) {}

  /** Whatever wakes the loop from now on counts for the look after the one that begins now. */
  begin(): void {
    this.#only = this.wakings.take(this.now() - this.#wholeAt, this.machine.hintsAtAll);
  }

  /** `isChanging`: such a node is never looked at alone, because its state is not yet known. */
  async look(scope: Scope, isChanging: (node: NodeId) => boolean, signal: AbortSignal): Promise<Seen> {
    const only = this.#only !== undefined && !isChanging(this.#only) ? this.#only : undefined;
    const last = this.#last;
    const glanced = only && last && (await this.machine.glance(scope, only, last.observed, signal));
    this.#last = glanced ? { ...last, observed: glanced } : await this.#atAll(scope, signal);
    return this.#last;
  }

  async #atAll(scope: Scope, signal: AbortSignal): Promise<Seen> {
    this.#wholeAt = this.now();
    const [observed, possessions] = await Promise.all([this.machine.observe(scope, signal), this.machine.facts(scope)]);
    return { observed, possessions };
  }
}

/**
 * The policy that workloads are looked at under. A file that is being written is unusable for a moment: until then, the
 * last one counts.
 */
export class SteadyPolicy {
  #usable: HeldPolicy | undefined;
  #unreadableSince: number | undefined;

  of(held: HeldPolicy, now: number): HeldPolicy {
    if (held.result === 'held') {
      this.#unreadableSince = undefined;
      return (this.#usable = held);
    }
    this.#unreadableSince ??= now;
    if (now - this.#unreadableSince >= UNREADABLE_HOLD_MS) this.#usable = undefined;
    return this.#usable ?? held;
  }
}

/** The scope of a look: the host's own node, the containers that items name, and their workloads if the host allows any. */
export function scopeOf(hostNode: NodeId, items: readonly Item[], held: HeldPolicy): Scope {
  const looksAtWorkloads = allowsWorkloads(held);
  const containers = items.flatMap((item) =>
    isOfContainer(item)
      ? [
          {
            ...{ item: item.id, node: item.node, name: item.name },
            ...(item.kind === 'attachment' && looksAtWorkloads && { workload: item.workload }),
          },
        ]
      : [],
  );
  const hasRouters = items.some(({ kind, intent }) => kind === 'router' && intent === 'present');
  return { hostNode, containers, hasRouters };
}

/** The membership that a step concerns, as last seen; undefined if unknown. */
export function membershipBefore(
  items: readonly Item[],
  observed: ObservedState | undefined,
  about: { item: ItemId; node: NodeId; network: string },
): Before | undefined {
  const item = items.find(({ id }) => id === about.item);
  const memberships = observed?.nodes.find(({ node }) => node === about.node)?.memberships;
  if (!item || !memberships?.known) return undefined;
  return { revision: item.revision, joined: memberships.value.find(({ network }) => network === about.network) };
}

/** The machine's facts, plus the host's rules for pushed routes and the changes that were rolled back. */
export const factsUnder = (
  facts: MachineFacts,
  policy: ReturnType<typeof routesPolicy>,
  rolledBack: RolledBack | undefined,
) => ({
  ...facts,
  ...(facts.ground?.known && policy && { ground: { ...facts.ground, policy } }),
  ...(rolledBack && { rolledBack }),
});

/** Everything that decides when to look again. */
export interface Situation {
  busyLanes: number;
  unsettled: number;
  waiting: number;
  /** Milliseconds since the last change of the desired state, a step or a fact. */
  quietFor: number;
  /** Milliseconds until a failed step can be retried; undefined if there is none. */
  nextTryIn: number | undefined;
  /** Whether the machine hints at every change. */
  hintsAtAll: boolean;
}

export const FAST_MS = 250;
const WATCHFUL_MS = 500;
const SLOW_MS = 5_000;
/** Fixed pauses, in milliseconds. */
export const PAUSES = {
  /** After a look or report that failed. */
  troubleMs: 2_000,
  /** While a step is on trial, so that its result is known soon. */
  onTrialMs: 1_000,
  /** Hints come in groups; one look covers them all. */
  crowdMs: 10,
  /** For containers created before the full look: longer than an engine takes to start one. */
  headStartMs: 1_000,
};
/** How long the agent checks often for an authorization after the last change. */
const ATTENTIVE_MS = 10 * 60_000;
/** How long unsettled items keep the pauses short. */
const CONVERGING_MS = 60_000;

/** The pause before the next look: short while something converges, long when all is quiet. */
export function pauseMs(situation: Situation): number {
  const { busyLanes, unsettled, waiting, quietFor, nextTryIn, hintsAtAll } = situation;
  if (busyLanes > 0 || (unsettled > 0 && quietFor < CONVERGING_MS) || quietFor < 2_000) return FAST_MS;
  const isQuiet = hintsAtAll && unsettled === 0;
  const slow = isQuiet ? Math.min(RARE_MS, Math.max(SLOW_MS, quietFor / 2)) : SLOW_MS;
  const pause = waiting > 0 ? (quietFor < ATTENTIVE_MS ? WATCHFUL_MS : SLOW_MS / 2) : slow;
  return nextTryIn === undefined ? pause : Math.max(FAST_MS / 5, Math.min(pause, nextTryIn));
}
