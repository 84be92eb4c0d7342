import { describe, expect, it } from '@jest/globals';
import { Deafness } from './deafness.js';

describe('a connection that brings no answers', () => {
  it('is given up after the patience, counted from the first unanswered request, and later each time', () => {
    const deafness = new Deafness(30_000);
    expect(deafness.timedOut(0, 10_000)).toBe(false);
    expect(deafness.timedOut(10_000, 20_000)).toBe(false);
    expect(deafness.timedOut(20_000, 30_000)).toBe(true);
    expect(deafness.timedOut(30_000, 60_000)).toBe(false);
    expect(deafness.timedOut(60_000, 90_000)).toBe(true);
  });

  it('is kept while an answer comes now and then', () => {
    const deafness = new Deafness(30_000);
    for (let at = 0; at < 600_000; at += 20_000) {
      expect(deafness.timedOut(at, at + 10_000)).toBe(false);
      deafness.heard();
    }
  });

  it('starts over with a new connection', () => {
    const deafness = new Deafness(30_000);
    expect(deafness.timedOut(0, 29_000)).toBe(false);
    deafness.renewed();
    expect(deafness.timedOut(29_000, 40_000)).toBe(false);
  });
});
