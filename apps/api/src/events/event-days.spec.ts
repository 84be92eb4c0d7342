import { describe, expect, it } from '@jest/globals';
import { windowsOf, type Stretch } from './event-days.js';

/** A hundred events a day from 2026-01-01 on. */
const days = (count: number): Stretch[] =>
  Array.from({ length: count }, (_, n) => ({
    first: n * 100 + 1,
    below: n === count - 1 ? null : (n + 1) * 100 + 1,
    day: new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10),
  }));

const lengths = (stretches: readonly Stretch[], order: 'asc' | 'desc') =>
  windowsOf(stretches, order, {}).map(({ since, until }) => (until.getTime() - since.getTime()) / 86_400_000);

describe('the windows of a search', () => {
  it('start with one day and double, so that a year takes few statements and none opens more than a month', () => {
    const sizes = lengths(days(400), 'desc');
    expect(sizes.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 32]);
    expect(sizes).toHaveLength(17);
    expect(sizes.reduce((a, b) => a + b)).toBe(400);
    expect(lengths(days(400), 'asc')).toHaveLength(17);
  });

  it('leave no ID out and have none twice, in the requested order', () => {
    const asc = windowsOf(days(50), 'asc', {});
    asc.forEach(({ below }, n) => expect(below).toBe(asc[n + 1]?.first ?? null));
    const desc = windowsOf(days(50), 'desc', {});
    desc.forEach(({ first }, n) => expect(first).toBe(desc[n + 1]?.below ?? 1));
  });

  it('cover only days in which a requested event can lie', () => {
    const since = new Date('2026-01-03T12:00:00Z');
    const until = new Date('2026-01-05T00:00:00Z');
    const [first, second, ...more] = windowsOf(days(50), 'asc', { since, until });
    expect([first?.since, second?.until]).toEqual([new Date('2026-01-03'), new Date('2026-01-05')]);
    expect(more).toEqual([]);
  });

  it('cover every day of a clock that was set back', () => {
    const stretches = [
      { first: 1, below: 11, day: '2026-01-10' },
      { first: 11, below: 21, day: '2026-01-09' },
      { first: 21, below: null, day: '2026-01-10' },
    ];
    const [newest, rest] = windowsOf(stretches, 'desc', {});
    expect(newest).toEqual({ first: 21, below: null, since: new Date('2026-01-10'), until: new Date('2026-01-11') });
    expect(rest).toEqual({ first: 1, below: 21, since: new Date('2026-01-09'), until: new Date('2026-01-11') });
  });
});
