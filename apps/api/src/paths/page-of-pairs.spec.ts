import { describe, expect, it } from '@jest/globals';
import { pageOfPairs } from './page-of-pairs.js';

const named = (...names: string[]) => names.map((name) => ({ id: `id-${name}`, name }));
const text = (pairs: readonly (readonly { name: string }[])[]) =>
  pairs.map((pair) => pair.map(({ name }) => name).join('>'));

describe('pageOfPairs', () => {
  it.each([1, 2, 3, 6, 100])('has every pair once, in order, in pages of %i', (limit) => {
    const found: string[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < 10; pages++) {
      const page = pageOfPairs(named('c', 'a', 'b'), { limit, after });
      expect(page.pairs.length).toBeLessThanOrEqual(limit);
      found.push(...text(page.pairs));
      if (page.next === null) break;
      after = page.next;
    }
    expect(found).toEqual(['a>b', 'a>c', 'b>a', 'b>c', 'c>a', 'c>b']);
  });

  it('has those of one node only, if asked', () => {
    expect(text(pageOfPairs(named('a', 'b', 'c'), { limit: 9, only: 'id-b' }).pairs)).toEqual(['b>a', 'b>c']);
  });

  it('continues where it was when a node was removed in between', () => {
    const { next } = pageOfPairs(named('a', 'b', 'c'), { limit: 3 });
    const after = next ?? undefined;
    expect(text(pageOfPairs(named('a', 'c'), { limit: 9, after }).pairs)).toEqual(['c>a']);
  });

  it('refuses a key of another form', () => {
    expect(() => pageOfPairs(named('a', 'b'), { limit: 1, after: '["a"]' })).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });
});
