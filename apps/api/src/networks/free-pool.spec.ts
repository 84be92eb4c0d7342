import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contains } from './check-config.js';
import { chooseFreePool } from './free-pool.js';

/** Numbers as a random source would give them, one after another, and then from the beginning again. */
function inTurn(...numbers: number[]): () => number {
  let next = 0;
  return () => numbers[next++ % numbers.length] as number;
}

/** What gives 10.X.Y. */
const drawing = (...pairs: [number, number][]) =>
  inTurn(...pairs.flatMap(([x, y]) => [(x - 0.5) / 254, (y + 0.5) / 256]));
const chosen = (taken: string[], ...pairs: [number, number][]) =>
  chooseFreePool(taken, drawing(...pairs))?.route.target;

describe('a free pool', () => {
  it('is a /24 of 10.0.0.0/8 without its first and its last address, with the route to it', () => {
    expect(chooseFreePool([], drawing([182, 44]))).toEqual({
      pool: { start: '10.182.44.1', end: '10.182.44.254' },
      route: { target: '10.182.44.0/24', via: null },
    });
  });

  it('is neither in 10.0 nor in 10.255, which people take by hand', () => {
    expect(chooseFreePool([], () => 0)?.route.target).toBe('10.1.0.0/24');
    expect(chooseFreePool([], () => 1 - 2 ** -32)?.route.target).toBe('10.254.255.0/24');
  });

  it.each([
    ['is the same', '10.7.7.0/24'],
    ['is around it', '10.7.0.0/16'],
    ['is around it, written with one of its hosts', '10.7.200.9/16'],
    ['is inside it', '10.7.7.128/25'],
    ['is one address of it', '10.7.7.200/32'],
  ])('is another where one that is taken %s', (_, taken) => {
    expect(chosen([taken], [7, 7], [8, 8])).toBe('10.8.8.0/24');
  });

  it.each([
    ['beside it', '10.7.6.0/24'],
    ['beside it on the other side', '10.7.8.0/24'],
    ['elsewhere', '192.168.0.0/16'],
    ['of IPv6', 'fd00::/8'],
    ['the way to everywhere', '0.0.0.0/0'],
    ['one half of the way to everywhere', '0.0.0.0/1'],
  ])('may be taken where a prefix is %s', (_, taken) => {
    expect(chosen([taken], [7, 7], [8, 8])).toBe('10.7.7.0/24');
  });

  it('is not found where all of 10.0.0.0/8 is taken', () => {
    expect(chooseFreePool(['10.0.0.0/8'], Math.random)).toBeUndefined();
    expect(chooseFreePool(['10.0.0.0/9', '10.128.0.0/9'], Math.random)).toBeUndefined();
    expect(chooseFreePool(['10.0.0.0/9'], Math.random)).toBeDefined();
  });

  it('never overlaps what is taken, and is drawn anew until it does not', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const prefix = fc
      .tuple(byte, byte, byte, fc.integer({ min: 10, max: 32 }))
      .map(([x, y, z, bits]) => `10.${x}.${y}.${z}/${bits}`);
    const number = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 40 }), fc.array(number, { minLength: 2 }), (taken, numbers) => {
        const found = chooseFreePool(taken, inTurn(...numbers));
        if (!found) return;
        const { pool, route } = found;
        for (const one of taken) {
          expect(contains(route.target, one.split('/')[0] ?? '')).toBe(false);
          for (const end of [pool.start, pool.end]) expect(contains(one, end)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});
