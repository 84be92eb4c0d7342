import { describe, expect, it } from '@jest/globals';
import { age, seconds } from './age.js';

const NOW = Date.parse('2026-05-01T12:00:00Z');

describe('age', () => {
  it.each([
    ['2026-05-01T12:00:00Z', 'now'],
    ['2026-05-01T12:00:09Z', 'now'],
    ['2026-05-01T11:59:18Z', '42s'],
    ['2026-05-01T11:01:00Z', '59m'],
    ['2026-05-01T11:00:00Z', '1h'],
    ['2026-04-30T12:00:01Z', '23h'],
    ['2026-03-01T12:00:00Z', '61d'],
    [null, '-'],
    ['no time', '-'],
  ])('of %s is %s', (timestamp, text) => {
    expect(age(timestamp, NOW)).toBe(text);
  });
});

describe('seconds', () => {
  it.each([
    [0, '0.00 s'],
    [904, '0.90 s'],
    [42_040, '42.0 s'],
    [185_000, '3 min 05 s'],
  ])('of %d ms is %s', (ms, text) => {
    expect(seconds(ms)).toBe(text);
  });
});
