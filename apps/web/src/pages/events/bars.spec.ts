import { describe, expect, it } from '@jest/globals';
import { barsOf, periodOf, sayBar, sayRate } from './bars.js';

const at = (minute: number) => `2026-01-31T12:0${minute}:00.000Z`;

describe('bars of events over time', () => {
  it('are as high as the square root of how many there were', () => {
    const bars = barsOf({
      ...{ from: at(0), to: at(3), seconds: 60, by: 'severity', countedFrom: null },
      buckets: [
        { at: at(0), counts: { info: 99, error: 1 } },
        { at: at(1), counts: {} },
        { at: at(2), counts: { warning: 1 } },
      ],
    });
    expect(bars.map(({ height }) => height)).toEqual([1, 0, 0.1]);
    expect(bars[2]).toMatchObject({ from: at(2), to: at(3), warning: 1, error: 0, info: 0 });
  });

  it.each([
    ['no events', { error: 0, warning: 0, info: 0 }],
    ['1 event', { error: 0, warning: 0, info: 1 }],
    ['12 events, 1 error and 2 warnings among them', { error: 1, warning: 2, info: 9 }],
  ])('say: %s', (said, bar) => expect(sayBar(bar)).toBe(said));

  it.each([
    ['none in the last hour', 0],
    ['59 in the last hour', 59],
    ['1 a minute', 60],
    ['4 a minute', 239],
  ])('say how much that is: %s', (said, info) => expect(sayRate([{ error: 0, warning: 0, info }])).toBe(said));

  it('are of an hour where all there is happened in the last one', () => {
    const now = Date.parse('2026-01-31T13:00:00.000Z');
    expect(periodOf(at(5), now)).toBe('1h');
    expect(periodOf('2026-01-31T11:59:00.000Z', now)).toBe('24h');
    expect(periodOf(undefined, now)).toBe('24h');
  });
});
