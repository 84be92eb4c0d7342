import type { Scene } from './scene.js';

/** What a step found, for people: one line, and more lines where it has more to show. */
export interface Told {
  detail: string;
  lines?: string[];
}

/** One thing that the demo does and asserts. It finds what it needs in the system itself, so that it also runs without those before it. */
export interface Step {
  /** As in `--only ping`. */
  name: string;
  title: string;
  run(scene: Scene): Promise<Told>;
}
