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
