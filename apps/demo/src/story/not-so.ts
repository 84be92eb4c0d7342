import { AppError } from '@orrery/shared/runtime';

/** Fails the step, and ends the story. */
export const notSo = (cause: string, fix: string, origin?: unknown): AppError =>
  new AppError({ code: 'not-so', kind: 'operational', cause, fix, origin });

export function mustHold(condition: unknown, cause: string, fix: string): asserts condition {
  if (!condition) throw notSo(cause, fix);
}
