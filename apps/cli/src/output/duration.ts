import { durationMs, durationText as textOf } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';

/** `90s`, `2m`, `1h30m`, `500ms`: milliseconds. */
export function parseDuration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw usageError(`"${text}" is not a valid duration`, 'Write it as 90s, 2m or 1h30m.');
  return ms;
}

/** The same duration in the form that the API accepts: whole seconds, as `1d` or `1h30m`. */
export const apiDuration = (text: string): string => textOf(Math.round(parseDuration(text) / 1000));
