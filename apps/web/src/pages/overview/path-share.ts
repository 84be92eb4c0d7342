import type { Shape } from '../../api/client.js';

export interface Share {
  all: number;
  relayed: number;
  /** How many of a hundred are direct; never 100 while one is relayed. */
  percent: number;
}

/** How much of what nodes send each other goes there directly. Nothing where no path is known, or not all of them. Pure. */
export function shareOf({ paths, morePaths }: Pick<Shape<'Topology'>, 'paths' | 'morePaths'>): Share | undefined {
  const all = paths.length;
  if (all === 0 || morePaths) return undefined;
  const relayed = paths.filter(({ path }) => path === 'relayed').length;
  return { all, relayed, percent: Math.floor((100 * (all - relayed)) / all) };
}
