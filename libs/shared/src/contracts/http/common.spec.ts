import { describe, expect, it } from '@jest/globals';
import { PageQuery } from './common.js';

describe('a limit', () => {
  it.each([
    ['0x10', '16'],
    ['1e2', '100'],
    ['10.5', '11'],
    [' 7', '7'],
    ['1e400', '500'],
  ])('is written in digits: %s is refused, and %s is suggested', (limit, meant) => {
    expect(PageQuery.safeParse({ limit }).error?.issues).toEqual([
      expect.objectContaining({
        path: ['limit'],
        message: `must be a whole number in decimal digits; did you mean ${meant}?`,
      }),
    ]);
  });

  it.each(['', 'ten', '0', '501', '-1', ['1', '2'], {}])('is not %j', (limit) => {
    expect(PageQuery.safeParse({ limit }).success).toBe(false);
  });

  it('is 100 by default, and otherwise what is given', () => {
    expect(PageQuery.parse({}).limit).toBe(100);
    expect(PageQuery.parse({ limit: '500' }).limit).toBe(500);
  });
});
