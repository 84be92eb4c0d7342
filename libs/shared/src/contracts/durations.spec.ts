import { describe, expect, it } from '@jest/globals';
import { duration, durationMs, durationText } from './durations.js';

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['2w1d', 1_296_000_000],
    ['500ms', 500],
    ['0s', 0],
  ])('reads %s', (text, ms) => expect(durationMs(text)).toBe(ms));

  it.each(['', '90', 's', '1 h', '-1s', '1.5h', '1h30', '9999999999s', '1y', '1hs'])('does not accept %j', (text) =>
    expect(durationMs(text)).toBeUndefined(),
  );

  it.each([
    [1, '1s'],
    [90, '1m30s'],
    [5400, '1h30m'],
    [86_400, '1d'],
    [0, '0s'],
  ])('formats %d seconds as %s, and parses them again', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
    expect(durationMs(text)).toBe(seconds * 1000);
  });

  it('in a body stays within its bounds', () => {
    const schema = duration(10, 3600);
    for (const text of ['10s', '1h', '60m']) expect(schema.parse(text)).toBe(text);
    for (const text of ['9s', '1h1s', '90', 'x', 90]) expect(schema.safeParse(text).success).toBe(false);
    expect(schema.safeParse('9s').error?.issues.map(({ message }) => message)).toEqual([
      'write a duration from 10s to 1h',
    ]);
  });
});
