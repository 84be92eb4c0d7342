import type { Scene } from './scene.js';

/** What a step found, for people: one line, and more lines if it has more to show. */
export interface Told {
  detail: string;
  lines?: string[];
}

/** One thing that the demo does and checks. It finds what it needs in the system, so it also runs without the steps before it. */
export interface Step {
  /** As in `--only ping`. */
  name: string;
  title: string;
  run(scene: Scene): Promise<Told>;
}
