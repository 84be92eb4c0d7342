import type { NodeId, ObservedState, Item, ItemId } from '@orrery/shared/contracts';
import type { Machine, MachineFacts, Scope } from '@orrery/shared/machine';
import type { RolledBack } from '../pure/guard/decide-probation.js';
import type { Before } from '../guard/probations.js';
import type { routesPolicy } from '../pure/policy/denials.js';

/** A look at one node alone makes do with what was seen of all others at most this long ago, where not every change is hinted at. */
const FRESH_MS = 2_000;
/** While all is quiet, and every change is hinted at: a hint that was missed costs no more. */
const RARE_MS = 25_000;

/** What woke the loop since its last look, and so how soon and how much it looks. */
export class Wakings {
  #isAwaited = false;
  #node: NodeId | undefined;
  #isMore = false;

  /** Something may have changed; more may come within milliseconds. */
  somewhere(): void {
    this.#isMore = true;
  }

  /** It comes alone, and somebody waits for what follows; `node`: nothing but this node has changed. */
  awaited(node?: NodeId): void {
    this.#isAwaited = true;
    this.#isMore ||= node === undefined || (this.#node !== undefined && this.#node !== node);
    this.#node = node;
  }

  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** Begins anew. Gives the node that it is enough to look at, after a look at all so many milliseconds ago. */
  take(wholeLookAgo: number, hintsAtAll: boolean): NodeId | undefined {
    const isOld = wholeLookAgo > (hintsAtAll ? RARE_MS : FRESH_MS);
    const node = this.#isMore || isOld ? undefined : this.#node;
    this.#isAwaited = false;
    this.#isMore = false;
    this.#node = undefined;
    return node;
  }
}

/** What a look gives. */
export interface Seen {
  observed: ObservedState;
  possessions: MachineFacts;
}

/** Looks at the machine: at all of it, or at one node alone when nothing else woke the loop. */
export class Looks {
  readonly wakings = new Wakings();
  #only: NodeId | undefined;
  #last: Seen | undefined;
  #wholeAt = -Infinity;

  constructor(
    private readonly machine: Machine,
    private readonly now: () => number,
  ) {}

  /** What wakes the loop from here on is for the look after the one that now begins. */
  begin(): void {
    this.#only = this.wakings.take(this.now() - this.#wholeAt, this.machine.hintsAtAll);
  }

  /** `isChanging`: of such a node nobody knows yet what it is to look at it alone. */
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

/** What a look is to take in: the host's own node, and the containers that items name. */
export function scopeOf(hostNode: NodeId, items: readonly Item[]): Scope {
  const containers = items.flatMap((item) =>
    item.kind === 'container' ? [{ item: item.id, node: item.node, name: item.name }] : [],
  );
  return { hostNode, containers };
}

/** The membership that a step is about, as it was last seen; undefined where nobody knows. */
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

/** What is known of the machine, with the rules of this host for what networks push, and what was undone on trial. */
export const factsUnder = (
  facts: MachineFacts,
  policy: ReturnType<typeof routesPolicy>,
  rolledBack: RolledBack | undefined,
) => ({
  ...facts,
  ...(facts.ground?.known && policy && { ground: { ...facts.ground, policy } }),
  ...(rolledBack && { rolledBack }),
});

/** What decides when to look again. */
export interface Situation {
  busyLanes: number;
  unsettled: number;
  waiting: number;
  /** Milliseconds since something changed last: desired state, a step, a fact. */
  quietFor: number;
  /** Milliseconds until a step that failed may be tried again; undefined: none. */
  nextTryIn: number | undefined;
  /** Whether the machine tells of every change. */
  hintsAtAll: boolean;
}

export const FAST_MS = 250;
const WATCHFUL_MS = 500;
const SLOW_MS = 5_000;
/** Pauses that no situation changes, in milliseconds. */
export const PAUSES = {
  /** After a look that went wrong, or a report that cannot be written. */
  troubleMs: 2_000,
  /** While a step is on trial, so that it is soon known how it went. */
  onTrialMs: 1_000,
  /** Hints come in crowds; looks do not. */
  crowdMs: 10,
  /** For what is made before all is looked at: longer than an engine takes to start a container. */
  headStartMs: 1_000,
};
/** How long somebody who was just asked to authorize is waited for closely. */
const ATTENTIVE_MS = 10 * 60_000;
/** Failing items are not looked at faster for ever. */
const CONVERGING_MS = 60_000;

/** The pause before the next look: short while something converges, long while all is quiet. */
export function pauseMs(situation: Situation): number {
  const { busyLanes, unsettled, waiting, quietFor, nextTryIn, hintsAtAll } = situation;
  if (busyLanes > 0 || (unsettled > 0 && quietFor < CONVERGING_MS) || quietFor < 2_000) return FAST_MS;
  const isQuiet = hintsAtAll && unsettled === 0;
  const slow = isQuiet ? Math.min(RARE_MS, Math.max(SLOW_MS, quietFor / 2)) : SLOW_MS;
  const pause = waiting > 0 ? (quietFor < ATTENTIVE_MS ? WATCHFUL_MS : SLOW_MS / 2) : slow;
  return nextTryIn === undefined ? pause : Math.max(FAST_MS / 5, Math.min(pause, nextTryIn));
}
