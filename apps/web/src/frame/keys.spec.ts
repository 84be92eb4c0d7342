import { describe, expect, it } from '@jest/globals';
import { CHORD_MS, meaningOf } from './keys.js';
import { NOUNS, nounsFor } from './nouns.js';

describe('a key', () => {
  it('leads to a page soon after g, and to none otherwise', () => {
    expect(meaningOf('h', 300, NOUNS)).toEqual({ to: '/hosts' });
    expect(meaningOf('n', 300, NOUNS)).toEqual({ to: '/networks' });
    expect(meaningOf('h', CHORD_MS, NOUNS)).toBeUndefined();
    expect(meaningOf('h', Infinity, NOUNS)).toBeUndefined();
    expect(meaningOf('q', 300, NOUNS)).toBeUndefined();
  });

  it('opens the search and the list of keys', () => {
    expect(meaningOf('/', Infinity, NOUNS)).toEqual({ over: 'search' });
    expect(meaningOf('?', 10, NOUNS)).toEqual({ over: 'keys' });
  });

  it('means one page alone, and nothing that the overview uses', () => {
    const keys = NOUNS.flatMap(({ nouns }) => nouns.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).not.toContain('l');
    expect(keys).not.toContain('g');
  });

  it('leads to tokens only whoever can read them', () => {
    expect(
      meaningOf(
        't',
        10,
        nounsFor((operation) => operation === 'POST /v1/tokens'),
      ),
    ).toEqual({ to: '/tokens' });
    expect(
      meaningOf(
        't',
        10,
        nounsFor(() => false),
      ),
    ).toBeUndefined();
    expect(
      meaningOf(
        'h',
        10,
        nounsFor(() => false),
      ),
    ).toEqual({ to: '/hosts' });
  });
});
