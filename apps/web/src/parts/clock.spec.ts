import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Clock } from './clock.js';

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  jest.useRealTimers();
});

it('a clock that stood still shows the time at once when an age is shown again', () => {
  const clock = new Clock();
  const stop = clock.subscribe(() => undefined);
  jest.advanceTimersByTime(5_000);
  expect(clock.now()).toBe(1_005_000);
  stop();
  jest.advanceTimersByTime(120_000);
  expect(clock.now()).toBe(1_125_000);
  clock.subscribe(() => undefined);
  expect(clock.now()).toBe(1_125_000);
});
