import { beforeEach, describe, expect, it } from '@jest/globals';
import { ServerClock } from './server-clock.js';

const NOON = Date.parse('2026-05-01T12:00:00.000Z');
const HOUR = 3_600_000;

describe('the time of the API', () => {
  let steady: number;
  let wall: number;
  let clock: ServerClock;
  /** The API reports its time in an answer that takes `tookMs`. */
  const hear = (server: number, tookMs = 0) => {
    steady += tookMs;
    wall += tookMs;
    return clock.learn(new Date(server).toISOString(), steady - tookMs);
  };
  const pass = (ms: number) => {
    steady += ms;
    wall += ms;
  };

  beforeEach(() => {
    [steady, wall] = [5_000, NOON];
    clock = new ServerClock(
      () => steady,
      () => wall,
    );
  });

  it('is unknown before the first answer, and is not guessed from the clock of the host', () => {
    expect([clock.now(), clock.skewMs]).toEqual([undefined, undefined]);
  });

  it('continues by the steady clock, however the clock of the host jumps', () => {
    hear(NOON);
    for (const jump of [HOUR, -3 * HOUR]) {
      wall += jump;
      pass(1_000);
    }
    expect(clock.now()).toBe(NOON + 2_000);
  });

  it('is at least what the API reported, however slow the answer, and more exact after a quicker answer', () => {
    hear(NOON, 8_000);
    expect(clock.now()).toBe(NOON);
    // The previous answer had been on its way for 7.9 seconds.
    hear(NOON + 7_900, 20);
    expect(clock.now()).toBe(NOON + 7_900);
    pass(1_000);
    hear(NOON + 8_000, 5_000);
    expect(clock.now()).toBe(NOON + 13_900);
  });

  it('never goes back or stands still while the API is behind, then follows the API again', () => {
    hear(NOON + HOUR);
    expect(hear(NOON)).toBe(HOUR);
    let last = clock.now() ?? 0;
    expect(last).toBe(NOON + HOUR);
    for (let passed = 45_000; passed < 11 * HOUR; passed += 45_000) {
      pass(45_000);
      expect(hear(NOON + passed)).toBeUndefined();
      const now = clock.now() ?? 0;
      expect(now - last).toBeGreaterThanOrEqual(45_000 * 0.9 - 1);
      last = now;
    }
    pass(1_000);
    expect(clock.now()).toBe(NOON + Math.floor((11 * HOUR - 1) / 45_000) * 45_000 + 1_000);
  });

  it('follows the API at once when its clock is ahead', () => {
    hear(NOON);
    expect(hear(NOON + HOUR)).toBeUndefined();
    expect(clock.now()).toBe(NOON + HOUR);
  });

  it('does not run ahead of the API when the steady clock of the host is fast', () => {
    hear(NOON);
    let server = NOON;
    for (let hello = 0; hello < 2_000; hello++) {
      server += 45_000;
      pass(45_000 * 1.0001);
      hear(server, 2);
    }
    expect(Math.abs((clock.now() ?? 0) - server)).toBeLessThan(20);
  });

  it('reports how far the clock of the host is off, even when the API clock was set back', () => {
    hear(NOON - HOUR);
    expect(clock.skewMs).toBe(HOUR);
    hear(NOON);
    hear(NOON - HOUR, 100);
    expect(clock.skewMs).toBe(HOUR + 50);
  });
});
