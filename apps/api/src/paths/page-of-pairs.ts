import { decodeCursor, encodeCursor } from '../paging/keyset.js';

interface Named {
  id: string;
  name: string;
}
export type Pair<One> = [node: One, peer: One];

/**
 * A page of all ordered pairs of different elements, by the names of both. A network of 1,000 nodes has a million: only
 * those of the page are made.
 */
export function pageOfPairs<One extends Named>(
  all: readonly One[],
  { limit, after, only }: { limit: number; after?: string | undefined; only?: string | undefined },
): { pairs: Pair<One>[]; next: string | null } {
  const inOrder = all.toSorted((one, other) => compare(keyOf(one), keyOf(other)));
  const nodes = only === undefined ? inOrder : inOrder.filter(({ id }) => id === only);
  const key = after === undefined ? undefined : decodeCursor(after, ['text', 'text', 'text', 'text']);
  const pairs: Pair<One>[] = [];
  for (const node of nodes) {
    const past = key ? compare(keyOf(node), key.slice(0, 2)) : 1;
    if (past < 0) continue;
    for (const peer of inOrder) {
      if (peer.id === node.id || (past === 0 && compare(keyOf(peer), key?.slice(2) ?? []) <= 0)) continue;
      if (pairs.length === limit) return { pairs, next: cursorOf(pairs.at(-1)) };
      pairs.push([node, peer]);
    }
  }
  return { pairs, next: null };
}

const keyOf = ({ name, id }: Named): string[] => [name, id];

const cursorOf = <One extends Named>(pair: Pair<One> | undefined) => (pair ? encodeCursor(pair.flatMap(keyOf)) : null);

function compare(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  if (at < 0) return 0;
  return (one[at] ?? '') < (other[at] ?? '') ? -1 : 1;
}
