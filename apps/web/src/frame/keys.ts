import type { NounGroup } from './nouns.js';

/** What can lie over a page. */
export type Over = 'search' | 'keys';

/** So long after `g` the next key names a page. */
export const CHORD_MS = 1200;

type Meant = { over: Over } | { to: string } | undefined;

/** What a key means. `sinceG`: milliseconds since `g` was pressed. Pure. */
export function meaningOf(key: string, sinceG: number, groups: readonly NounGroup[]): Meant {
  if (sinceG < CHORD_MS) {
    const found = groups.flatMap(({ nouns }) => nouns).find((noun) => noun.key === key);
    if (found) return { to: found.to };
  }
  if (key === '/') return { over: 'search' };
  return key === '?' ? { over: 'keys' } : undefined;
}
