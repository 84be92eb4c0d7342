const UNITS: [seconds: number, letter: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
];

/** How long ago, in one short word: `12s`, `5m`, `3h`, `40d`. A clock that is ahead of ours is `now`. */
export function age(timestamp: string | null, now: number): string {
  if (timestamp === null) return '-';
  const seconds = Math.floor((now - Date.parse(timestamp)) / 1000);
  if (Number.isNaN(seconds)) return '-';
  if (seconds < 1) return 'now';
  for (const [size, letter] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)}${letter}`;
  return `${seconds}s`;
}

/** Milliseconds for people: `0.90 s`, `42.0 s`, `3 min 05 s`. */
export function seconds(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
