import type { Points } from './ways.js';

/**
 * Milliseconds since 1970, comparable with times from the engine, the agent and Postgres, which are all on this
 * machine.
 */
export const now = (): number => performance.timeOrigin + performance.now();

/** Records when each point was reached, relative to its construction. */
export class Timeline {
  readonly begun = now();
  readonly points: Points = {};

  /** `at`: milliseconds since 1970, if something else recorded the point. */
  mark(name: string, at = now()): void {
    this.points[name] = at - this.begun;
  }
}
