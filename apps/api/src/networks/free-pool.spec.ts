import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contains } from './check-config.js';
import { anyPrefix, chooseFreePool, sharesOf } from './free-pool.js';

/** Draws 10.X.Y when the whole space is free. */
const drawing = (x: number, y: number) => () => ((x - 1) * 256 + y + 0.5) / (254 * 256);
/**
 * The whole space except these /24s, given by their first three numbers: every other address next to each of them, and
 * whole /16s elsewhere.
 */
const allBut = (...free: string[]) =>
  Array.from({ length: 256 }, (_, x) => `10.${x}`).flatMap((half) => {
    if (!free.some((base) => base.startsWith(`${half}.`))) return [`${half}.200.9/16`];
    const bases = Array.from({ length: 256 }, (_, y) => `${half}.${y}`);
    return bases.filter((base) => !free.includes(base)).map((base) => `${base}.77/32`);
  });

describe('a free pool', () => {
  it('is a /24 of 10.0.0.0/8 without its first and last address, together with its route', () => {
    expect(chooseFreePool([], drawing(182, 44))).toEqual({
      pool: { start: '10.182.44.1', end: '10.182.44.254' },
      route: { target: '10.182.44.0/24', via: null },
    });
  });

  it('is in neither 10.0 nor 10.255, which people choose by hand', () => {
    expect(chooseFreePool([], () => 0)?.route.target).toBe('10.1.0.0/24');
    expect(chooseFreePool([], () => 1 - 2 ** -32)?.route.target).toBe('10.254.255.0/24');
  });

  it.each([
    ['is the same as it', '10.7.7.0/24'],
    ['is around it', '10.7.0.0/16'],
    ['is around it, written with one of its hosts', '10.7.200.9/16'],
    ['is inside it', '10.7.7.128/25'],
    ['is one address of it', '10.7.7.200/32'],
  ])('is a different one when a prefix %s', (_, taken) => {
    const two = allBut('10.7.7', '10.8.8');
    expect(chooseFreePool(two, () => 0)?.route.target).toBe('10.7.7.0/24');
    for (const random of [0, 0.5, 1 - 2 ** -32])
      expect(chooseFreePool([...two, taken], () => random)?.route.target).toBe('10.8.8.0/24');
  });

  it.each([
    ['beside it', '10.7.6.0/24'],
    ['beside it on the other side', '10.7.8.0/24'],
    ['elsewhere', '192.168.0.0/16'],
    ['of IPv6', 'fd00::/8'],
    ['the default route', '0.0.0.0/0'],
    ['half of the default route', '0.0.0.0/1'],
  ])('is available when a prefix is %s', (_, taken) => {
    expect(chooseFreePool([...allBut('10.7.7'), taken], Math.random)?.route.target).toBe('10.7.7.0/24');
  });

  it('is found as long as there is one, however the rest is covered', () => {
    for (const random of [0, 0.5, 1 - 2 ** -32])
      expect(chooseFreePool(allBut('10.200.13'), () => random)?.route.target).toBe('10.200.13.0/24');
    // The ranges that people choose by hand are not used.
    expect(chooseFreePool(allBut('10.0.13'), Math.random)).toBeUndefined();
  });

  it('is not found when all of 10.0.0.0/8 is taken', () => {
    expect(chooseFreePool(['10.0.0.0/8'], Math.random)).toBeUndefined();
    expect(chooseFreePool(['10.0.0.0/9', '10.128.0.0/9'], Math.random)).toBeUndefined();
    expect(chooseFreePool(['10.0.0.0/9'], Math.random)).toBeDefined();
  });

  it('never overlaps a taken prefix, and is drawn again until it does not', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const prefix = fc
      .tuple(byte, byte, byte, fc.integer({ min: 10, max: 32 }))
      .map(([x, y, z, bits]) => `10.${x}.${y}.${z}/${bits}`);
    const number = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 40 }), number, (taken, drawn) => {
        const found = chooseFreePool(taken, () => drawn);
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

describe('the prefixes that take the space of pools', () => {
  it('are reported with the share and the widest prefixes of each taker, the largest first', () => {
    const lines = Array.from({ length: 100 }, (_, at) => `10.9.${at}.0/24`);
    expect(
      sharesOf([
        { by: 'small', prefixes: lines },
        { by: 'elsewhere', prefixes: ['192.168.0.0/16', 'fd00::/8', '0.0.0.0/1'] },
        { by: 'evil', prefixes: ['10.128.0.0/9', '10.0.0.0/9', '10.5.0.0/16', '10.128.0.0/9'] },
      ]),
    ).toEqual([
      { by: 'evil', share: 1, widest: ['10.0.0.0/9', '10.128.0.0/9'], more: 1 },
      { by: 'small', share: 100 / (254 * 256), widest: ['10.9.0.0/24', '10.9.1.0/24'], more: 98 },
    ]);
  });

  it('still leave a /24 that can be requested explicitly', () => {
    expect([anyPrefix(() => 0), anyPrefix(() => 1 - 2 ** -32)]).toEqual(['10.1.0.0/24', '10.254.255.0/24']);
  });
});
