import { usageError } from '../errors/usage-error.js';

const FACTORS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `2m`, `1h30m`, `500ms`: milliseconds. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)];
  const whole = parts.map(([part]) => part).join('');
  if (parts.length === 0 || whole !== text)
    throw usageError(`"${text}" is not a valid duration`, 'Write it as 90s, 2m or 1h30m.');
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * FACTORS[unit as keyof typeof FACTORS], 0);
}

const UNITS: [seconds: number, letter: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** Whole seconds as they are written for `parseDuration`: `1d`, `1h30m`. Nothing for null. */
export function durationText(seconds: number | null): string {
  let left = seconds ?? 0;
  return UNITS.map(([size, letter]) => {
    const many = Math.floor(left / size);
    left %= size;
    return many > 0 ? `${many}${letter}` : '';
  }).join('');
}
