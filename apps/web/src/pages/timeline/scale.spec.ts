import { describe, expect, it } from '@jest/globals';
import { scaleOf, withRoom } from './scale.js';

const START = Date.parse('2026-01-31T12:00:00Z');
const seconds = (...all: number[]) => all.map((one) => START + one * 1000);

describe('the scale of a timeline', () => {
  it('gives a gap the square root of its length, so a second is readable beside a day', () => {
    const scale = scaleOf(seconds(0, 1, 86_401));
    const second = scale.placeOf(START + 1000);
    expect(second).toBeGreaterThan(0.004);
    expect(second).toBeLessThan(0.01);
    expect(scaleOf(seconds(0, 100, 500)).placeOf(START + 100_000)).toBeCloseTo(10.6 / (10.6 + 20.6));
  });

  it('leads from each place back to its time', () => {
    const scale = scaleOf(seconds(0, 0, 3, 60, 86_400));
    for (const second of [0, 1, 2.5, 3, 59, 60, 4000, 86_400])
      expect(scale.timeAt(scale.placeOf(START + second * 1000))).toBeCloseTo(START + second * 1000, 0);
  });

  it('begins with the first time and ends with the last', () => {
    const scale = scaleOf(seconds(0, 5, 9));
    expect([
      scale.placeOf(START - 1),
      scale.placeOf(START),
      scale.placeOf(START + 9000),
      scale.placeOf(START + 9e9),
    ]).toEqual([0, 0, 1, 1]);
    expect([scale.timeAt(-1), scale.timeAt(2)]).toEqual(seconds(0, 9));
  });

  it('puts events of one moment beside each other', () => {
    expect(scaleOf(seconds(0, 0, 0, 0)).timeAt(0.5)).toBe(START);
  });

  it('labels only what has room', () => {
    expect([...withRoom([0, 0.05, 0.1, 0.5, 0.95, 1], 0.15)]).toEqual([1, 0.5, 0.1]);
  });
});
