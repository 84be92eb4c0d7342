import type { AttachmentItem, Item, ObservedState, ObservedWorkload } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import { workloadOf } from './plan/plan-attachment.js';

/** A workload that its restart policy starts again and again. */
export interface Flap {
  /** Restarts within ten minutes. */
  times: number;
  /** When its node may follow it; 0: at once. */
  nextAt: number;
  /** Its node waits now. */
  isHeld: boolean;
}

/** By the engine's ID of the container. */
export type Flaps = ReadonlyMap<string, Flap>;

/** Restarts count for this long. */
const WINDOW_MS = 10 * 60_000;
/** From this many on, a node waits before it follows its workload. */
const MANY = 4;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

interface Held {
  restarts: number;
  startedAt: string | null;
  /** When this start was first seen; undefined: it does not run. */
  runsSince: number | undefined;
  /** Of the restarts by its restart policy. */
  times: number[];
  /** The most restarts within the window since it began to flap; 0: it does not. */
  most: number;
}

/**
 * Remembers which workloads their restart policies start again and again. Somebody who starts one sets the engine's count
 * back, and is never kept waiting.
 */
export class Flapping {
  readonly #held = new Map<string, Held>();
  #flaps: Flaps = new Map();

  /** Called once per look; returns those that flap, by their engine's IDs. */
  observed(workloads: ObservedState['workloads'], now: number): Flaps {
    if (!workloads?.known) return this.#flaps;
    const ids = new Set(workloads.value.map(({ engineId }) => engineId));
    for (const id of this.#held.keys()) if (!ids.has(id)) this.#held.delete(id);
    const flaps = new Map<string, Flap>();
    for (const workload of workloads.value) {
      const held = next(this.#held.get(workload.engineId), workload, now);
      this.#held.set(workload.engineId, held);
      if (held.most > 0) flaps.set(workload.engineId, flapOf(held, now));
    }
    return (this.#flaps = flaps);
  }

  /** When a step may be taken, as far as its workload is concerned; 0 means now. */
  nextAt(step: Step, items: readonly Item[], observed: ObservedState): number {
    if (!follows(step)) return 0;
    const item = items.find((one): one is AttachmentItem => one.id === step.item && one.kind === 'attachment');
    const workload = item && workloadOf(item, observed);
    return (workload && this.#flaps.get(workload.engineId)?.nextAt) ?? 0;
  }
}

/** Whether a step brings a node to its workload. Stopping and removing are never held up, except to create it again. */
const follows = (step: Step): boolean =>
  step.step === 'create-container' ||
  step.step === 'start-container' ||
  (step.step === 'remove-container' && step.keeps !== undefined);

function next(before: Held | undefined, workload: ObservedWorkload, now: number): Held {
  const { restarts = 0, startedAt, state } = workload;
  // The engine counts from 0 again when somebody starts a container.
  const isCounting = before !== undefined && restarts > 0 && restarts >= before.restarts;
  const grown = before === undefined ? 0 : isCounting ? restarts - before.restarts : restarts;
  const isSameStart = before?.startedAt === startedAt;
  const times = [...(isCounting ? before.times : []), ...Array<number>(Math.min(grown, MANY * 4)).fill(now)].filter(
    (at) => now - at < WINDOW_MS,
  );
  const most = isCounting ? before.most : 0;
  const isFlapping = times.length >= MANY || (most > 0 && times.length > 0);
  const runsSince = isSameStart ? (before?.runsSince ?? now) : now;
  return {
    ...{ restarts, startedAt, times },
    runsSince: state === 'running' ? runsSince : undefined,
    most: isFlapping ? Math.max(most, times.length) : 0,
  };
}

function flapOf({ times, most, runsSince }: Held, now: number): Flap {
  if (times.length < MANY) return { times: most, nextAt: 0, isHeld: false };
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times.length - MANY));
  const nextAt = runsSince === undefined ? Infinity : runsSince + pause;
  return { times: most, nextAt, isHeld: nextAt > now };
}
