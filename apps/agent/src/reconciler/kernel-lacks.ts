import type { ItemId, Outcome } from '@orrery/shared/contracts';
import { Holds } from '../observed/holds.js';

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
