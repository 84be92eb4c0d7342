import type { Points } from './ways.js';

/** Milliseconds since 1970, on a scale with what the engine, the agent and Postgres say: all are on this machine. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Records when each point was reached, since its construction. */
export class Timeline {
  readonly begun = now();
  readonly points: Points = {};

  /** `at`: milliseconds since 1970, when somebody else saw it. */
  mark(name: string, at = now()): void {
    this.points[name] = at - this.begun;
  }
}
