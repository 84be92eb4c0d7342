import { describe, expect, it } from '@jest/globals';
import { spreadOf } from './statistics.js';

describe('the spread of samples', () => {
  it('contains the median and the quartiles, whatever the order', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ count: 5, least: 1, lower: 2, median: 3, upper: 4, most: 5 });
  });

  it('interpolates between two samples, and does not change its input', () => {
    const values = [4, 1, 2, 3];
    expect(spreadOf(values)).toMatchObject({ lower: 1.75, median: 2.5, upper: 3.25 });
    expect(values).toEqual([4, 1, 2, 3]);
  });

  it('is the value itself when there is one sample, and undefined when there is none', () => {
    expect(spreadOf([7])).toEqual({ count: 1, least: 7, lower: 7, median: 7, upper: 7, most: 7 });
    expect(spreadOf([])).toBeUndefined();
  });
});
