import type { Shape } from '../../api/client.js';

export interface Share {
  all: number;
  relayed: number;
  /** How many of a hundred are direct; never 100 while one is relayed. */
  percent: number;
}

type Known = Pick<Shape<'Topology'>, 'nodes' | 'controllers' | 'paths' | 'morePaths'>;

/** How much of what nodes send each other goes there directly, without controllers. Nothing where not all paths are known. Pure. */
export function shareOf({ nodes, controllers, paths: known, morePaths }: Known): Share | undefined {
  if (morePaths) return undefined;
  const ids = new Set(controllers.map(({ node }) => node));
  const keepers = nodes.filter(({ id }) => ids.has(id)).flatMap(({ id, address }) => (address ? [id, address] : [id]));
  const left = new Set(keepers);
  const paths = known.filter(({ node, peer }) => !left.has(node) && !left.has(peer));
  const all = paths.length;
  const relayed = paths.filter(({ path }) => path === 'relayed').length;
  return { all, relayed, percent: all === 0 ? 0 : Math.floor((100 * (all - relayed)) / all) };
}
