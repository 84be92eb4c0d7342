import { AppError, describeError } from '@orrery/shared/runtime';
import type { Scene } from './scene.js';
import type { Step, Told } from './step.js';

export interface Failure {
  cause: string;
  fix: string;
}
export interface StepEnd {
  step: Step;
  ms: number;
  told?: Told;
  failure?: Failure;
}

/** Runs steps one after another up to the first that fails, and reports each as it ends. Returns whether all passed. */
export async function runStory(steps: readonly Step[], scene: Scene, tell: (end: StepEnd) => void): Promise<boolean> {
  for (const step of steps) {
    const start = performance.now();
    const elapsed = () => performance.now() - start;
    try {
      const told = await step.run(scene);
      tell({ step, ms: elapsed(), told });
    } catch (error) {
      tell({ step, ms: elapsed(), failure: failureOf(error) });
      return false;
    }
  }
  return true;
}

export function failureOf(error: unknown): Failure {
  const fix = error instanceof AppError ? error.fix : undefined;
  return {
    cause: describeError(error),
    fix: fix ?? 'See `docker compose ps`, `docker compose logs` and `docker compose exec api orrery status`.',
  };
}
