import type { Part } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';

export const known = <T>(value: T): Part<T> => ({ known: true, value });

/** A part that could not be observed, and why. */
export function unknown(error: unknown): Extract<Part<never>, { known: false }> {
  return error instanceof StepError
    ? { known: false, code: error.code, cause: error.message, ...(error.fix && { fix: error.fix }) }
    : { known: false, code: 'unexpected', cause: describeError(error) };
}

/** Wraps an observation that may fail. */
export async function partOf<T>(look: Promise<T>): Promise<Part<T>> {
  try {
    return known(await look);
  } catch (error) {
    return unknown(error);
  }
}
