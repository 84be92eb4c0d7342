import { backoffMs, type BackoffOptions } from '@orrery/shared/runtime';
import type { Item, ItemId, Outcome } from '@orrery/shared/contracts';
import type { StepError, Step } from '@orrery/shared/machine';
import type { LastError } from '../pure/assess/assess-context.js';
import { Holds } from '../pure/holds.js';

/** Pauses between tries of one step. They also apply when it works and is needed again, to prevent restart storms. */
export const STEP_PAUSES: BackoffOptions = { firstMs: 1_000, maxMs: 300_000 };
/**
 * After an item has been well for this long, its pauses start at the shortest again. An attachment follows its workload,
 * however often somebody restarts that; for one that ends by itself, the engine's own pauses grow.
 */
const WELL_MS: Record<Item['kind'], number> = { container: 60_000, membership: 60_000, attachment: 0, router: 60_000 };
/** Transient failures are reported from this many in a row. */
const TRANSIENT_TRIES = 3;

interface Tries {
  revision: number;
  /** By step: the number of tries, and when the next one is allowed. */
  steps: Map<string, { count: number; nextAt: number }>;
  /** Running steps that began at this revision; the end of any other step is ignored. */
  running: Set<string>;
  error: (LastError & { untold: boolean }) | undefined;
  transient: number;
  wellSince: number | undefined;
}

const keyOf = (step: Step) => ('network' in step ? `${step.step}:${step.network}` : step.step);

/** Tracks the tries of each item's steps, their results, and when the next is allowed. A new revision resets all. */
export class Retries {
  readonly #items = new Map<ItemId, Tries>();

  constructor(
    private readonly pauses: BackoffOptions = STEP_PAUSES,
    private readonly random: () => number = Math.random,
  ) {}

  /** Drops items that are no longer desired, and the tries of older revisions. */
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

  /** When the step may be tried; 0 means now. */
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

  /** Undefined if the step began at an earlier revision, so its end says nothing about this one. */
  #ended(step: Step): Tries | undefined {
    const tries = this.#items.get(step.item);
    return tries?.running.delete(keyOf(step)) ? tries : undefined;
  }

  /** Called once per look with whether the item is as it should be. */
  observed({ id, kind }: Pick<Item, 'id' | 'kind'>, isWell: boolean, now: number): void {
    const tries = this.#items.get(id);
    if (!tries) return;
    // It was well until this look, even if it no longer is.
    if (tries.wellSince !== undefined && now - tries.wellSince >= WELL_MS[kind]) tries.steps.clear();
    tries.wellSince = isWell ? (tries.wellSince ?? now) : undefined;
    if (isWell) tries.error = undefined;
  }

  lastError(item: ItemId): LastError | undefined {
    const error = this.#items.get(item)?.error;
    return error && !error.untold ? error : undefined;
  }

  /** The number of tries of the item's most tried step. */
  tries(item: ItemId): number {
    return Math.max(0, ...[...(this.#items.get(item)?.steps.values() ?? [])].map(({ count }) => count));
  }
}

/** About ten seconds together with the delay before such an outcome is reported. A slow daemon is done by then. */
const PATIENCE_MS = 7_000;

/** Finds memberships that have waited for the kernel for so long that they will not recover by themselves. */
export class KernelLacks {
  readonly #holds = new Holds<ItemId>();

  /** Called with the outcomes of each look; returns the memberships to repair. */
  observed(outcomes: ReadonlyMap<ItemId, Outcome>, now: number): ReadonlySet<ItemId> {
    const waiting = [...outcomes].flatMap(([item, outcome]) => {
      const isLacking = outcome.kind === 'waiting' && (outcome.code === 'interface' || outcome.code === 'address');
      return isLacking ? [item] : [];
    });
    this.#holds.keepOnly(waiting);
    return new Set(waiting.filter((item) => this.#holds.heldFor(item, '', now) >= PATIENCE_MS));
  }
}
