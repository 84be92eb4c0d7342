import type { NodeId, ObservedState } from '@orrery/shared/contracts';
import type { Machine, MachineFacts, Scope } from '@orrery/shared/machine';
import { Wakings } from './wakings.js';

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
    this.#only = this.wakings.take(this.now() - this.#wholeAt);
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
