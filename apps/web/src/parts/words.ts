import type { Shape } from '../api/client.js';

/** Words for people: counts, lists of things, durations. Pure. */
const SMALL = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Figures from ten on; in one sentence all alike, so the sentence says whether it has a large one. */
export const countWord = (count: number, figures: boolean): string =>
  figures ? count.toLocaleString('en-US') : (SMALL[count] ?? count.toLocaleString('en-US'));

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A clause of the API as a title. What begins with a name keeps it: a name is plain if `about` says so, or has more than letters. */
export function asTitle(text: string, about = ''): string {
  const [first = ''] = text.split(' ');
  const isName = !/^[a-z]+[,:;]?$/.test(first) || about.split(/[ /]/).includes(first);
  return isName ? text : capital(text);
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** `now`, `42 s`, `4 min`, `3 h`, `9 d`. */
export function ageWord(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 2) return 'now';
  for (const [size, unit] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} s`;
}

/** `14:02:13`, or with the day if it is not today. Local time, because people compare it with their clock. */
export function clockWord(at: string, now: number): string {
  const time = new Date(at);
  const clock = time.toLocaleTimeString('en-GB');
  const isToday = time.toDateString() === new Date(now).toDateString();
  return isToday ? clock : `${time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock}`;
}

const TIME = /(\d{4}-\d\d-\d\d(?:T[\d:.]+Z| \d\d:\d\d:\d\d UTC))/;

/** Texts of the API name times in UTC, such as `2026-03-01T14:02:11Z` and `2026-03-01 14:02:11 UTC`. Split where they are. */
export const timesIn = (text: string): (string | { at: string })[] =>
  text.split(TIME).map((part, index) => {
    const at = part.replace(' UTC', 'Z').replace(' ', 'T');
    return index % 2 === 0 || Number.isNaN(Date.parse(at)) ? part : { at };
  });

/** Whom a network lets in. */
export function admitsWord({ by, selector }: NonNullable<Shape<'Network'>['admission']>): string {
  if (by === 'manual') return 'nobody by itself';
  return by === 'fleet' ? 'the fleet' : (selector ?? 'by selector');
}

/** The same as a clause about the network. */
export function admitsClause(admission: NonNullable<Shape<'Network'>['admission']>): string {
  if (admission.by === 'manual') return 'lets nobody in by itself: a person authorizes each node';
  return admission.by === 'fleet'
    ? 'lets in the fleet: nodes that this Orrery launches or joins'
    : `lets in nodes on hosts with ${admitsWord(admission)}`;
}

/** The same with networks by their names, as far as these are known. `names`: by ID. */
export const withNames = (text: string, names: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\b[0-9a-f]{16}\b/g, (id) => names.get(id) ?? id);

const PART_OF_NAME = /[\w/-]/;

/** Where a thing is named in a text, and not only as a part of a longer name: `web-1` is not named in `web-1/demo`. */
export function namedAt(text: string, name: string): number {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const isWhole = [text[at - 1], text[at + name.length]].every(
      (next) => next === undefined || !PART_OF_NAME.test(next),
    );
    if (isWhole) return at;
  }
  return -1;
}
