import { backoffMs, type BackoffOptions } from '@orrery/shared/runtime';
import type { Item, ItemId, Outcome } from '@orrery/shared/contracts';
import type { StepError, Step } from '@orrery/shared/machine';
import type { LastError } from '../pure/assess/assess-context.js';
import { Holds } from '../pure/holds.js';

/** The pauses between tries of one step: also of one that works and is needed again, so that nothing is restarted in a storm. */
export const STEP_PAUSES: BackoffOptions = { firstMs: 1_000, maxMs: 300_000 };
/** An item that has been well for so long starts from the shortest pause again. */
const WELL_MS = 60_000;
/** So many failures that may pass by themselves are not told. */
const TRANSIENT_TRIES = 3;

interface Tries {
  revision: number;
  /** By step: how often it was tried, and when it may be again. */
  steps: Map<string, { count: number; nextAt: number }>;
  /** Steps that run: an end is only that of a step which began at this revision. */
  running: Set<string>;
  error: (LastError & { untold: boolean }) | undefined;
  transient: number;
  wellSince: number | undefined;
}

const keyOf = (step: Step) => ('network' in step ? `${step.step}:${step.network}` : step.step);

/** Which steps were tried for which item, with what result, and when each may be tried again. A new revision forgets it all. */
export class Retries {
  readonly #items = new Map<ItemId, Tries>();

  constructor(
    private readonly pauses: BackoffOptions = STEP_PAUSES,
    private readonly random: () => number = Math.random,
  ) {}

  /** Forgets items that are not named any more, and what was tried at an older revision. */
  update(items: readonly Item[]): void {
    const named = new Map(items.map(({ id, revision }) => [id, revision]));
    for (const [id, { revision }] of this.#items) if (named.get(id) !== revision) this.#items.delete(id);
    for (const [id, revision] of named)
      if (!this.#items.has(id))
        this.#items.set(id, {
          ...{ revision, steps: new Map(), running: new Set(), error: undefined },
          ...{ transient: 0, wellSince: undefined },
        });
  }

  /** When the step may be tried; 0: now. */
  nextAt(step: Step): number {
    return this.#items.get(step.item)?.steps.get(keyOf(step))?.nextAt ?? 0;
  }

  tried(step: Step, now: number): void {
    const tries = this.#items.get(step.item);
    if (!tries) return;
    const count = (tries.steps.get(keyOf(step))?.count ?? 0) + 1;
    tries.running.add(keyOf(step));
    tries.steps.set(keyOf(step), { count, nextAt: now + backoffMs(count, this.pauses, this.random) });
  }

  worked(step: Step): void {
    const tries = this.#ended(step);
    if (tries) Object.assign(tries, { error: undefined, transient: 0 });
  }

  failed(step: Step, { code, message, fix, transient }: StepError): void {
    const tries = this.#ended(step);
    if (!tries) return;
    tries.transient = transient ? tries.transient + 1 : 0;
    const untold = transient && tries.transient < TRANSIENT_TRIES;
    tries.error = { code, cause: message, fix: fix ?? '', untold };
  }

  /** Undefined: the step began for what was wanted before, and its end says nothing of what is wanted now. */
  #ended(step: Step): Tries | undefined {
    const tries = this.#items.get(step.item);
    return tries?.running.delete(keyOf(step)) ? tries : undefined;
  }

  /** Told once per look: whether the item is as it should be. */
  observed(item: ItemId, isWell: boolean, now: number): void {
    const tries = this.#items.get(item);
    if (!tries) return;
    tries.wellSince = isWell ? (tries.wellSince ?? now) : undefined;
    if (isWell) tries.error = undefined;
    if (tries.wellSince !== undefined && now - tries.wellSince >= WELL_MS) tries.steps.clear();
  }

  lastError(item: ItemId): LastError | undefined {
    const error = this.#items.get(item)?.error;
    return error && !error.untold ? error : undefined;
  }

  /** How often the most tried step of the item was tried. */
  tries(item: ItemId): number {
    return Math.max(0, ...[...(this.#items.get(item)?.steps.values() ?? [])].map(({ count }) => count));
  }
}

/** Together with the time until such an outcome is told: about ten seconds. A daemon that is just slow is done by then. */
const PATIENCE_MS = 7_000;

/** Memberships that wait for nothing but their kernel: which of them have done so for too long to come true by themselves. */
export class KernelLacks {
  readonly #holds = new Holds<ItemId>();

  /** Told the outcomes of each look; gives what has to be repaired. */
  observed(outcomes: ReadonlyMap<ItemId, Outcome>, now: number): ReadonlySet<ItemId> {
    const waiting = [...outcomes].flatMap(([item, outcome]) => {
      const isLacking = outcome.kind === 'waiting' && (outcome.code === 'interface' || outcome.code === 'address');
      return isLacking ? [item] : [];
    });
    this.#holds.keepOnly(waiting);
    return new Set(waiting.filter((item) => this.#holds.heldFor(item, '', now) >= PATIENCE_MS));
  }
}
