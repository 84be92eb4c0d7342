import { z } from 'zod';

const FACTORS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const PART = /(\d{1,9})(ms|s|m|h|d|w)/g;

/** `90s`, `2m`, `1h30m`, `500ms`: milliseconds; undefined when it is not a duration. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(PART)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * FACTORS[unit as keyof typeof FACTORS], 0);
}

/** Seconds of a duration that a schema has accepted. */
export function durationSeconds(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new RangeError(`"${text}" is not a duration`);
  return ms / 1000;
}

const UNITS: [seconds: number, letter: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** Formats whole seconds: `1d`, `1h30m`, `90s` as `1m30s`. */
export function durationText(seconds: number): string {
  let left = seconds;
  const text = UNITS.map(([size, letter]) => {
    const many = Math.floor(left / size);
    left %= size;
    return many > 0 ? `${many}${letter}` : '';
  }).join('');
  return text || '0s';
}

/** A duration in a body or a query: `90s`, `15m`, `1h30m`, `7d`. Bounds in seconds. */
export const duration = (least: number, most: number) =>
  z
    .string()
    .max(32)
    .regex(/^(\d{1,9}[smhdw])+$/, 'write a duration such as 90s, 15m or 1h30m')
    .refine((text) => durationMs(text) === undefined || isBetween(durationSeconds(text), least, most), {
      error: `write a duration from ${durationText(least)} to ${durationText(most)}`,
    })
    .meta({ example: '15m' });

const isBetween = (value: number, least: number, most: number) => value >= least && value <= most;

export const YEAR_SECONDS = 366 * 86_400;
