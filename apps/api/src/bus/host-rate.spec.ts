import { describe, expect, it } from '@jest/globals';
import type { HostId } from '@orrery/shared/contracts';
import { HostRate } from './host-rate.js';

const A: HostId = 'hst_a';
const B: HostId = 'hst_b';

describe('the rate of a host', () => {
  it('allows a burst, then as many as time refills, and no other host pays for it', () => {
    let now = 0;
    const rate = new HostRate({ perSecond: 10, burst: 3 }, () => now);
    const burst = Array.from({ length: 5 }, () => rate.admits(A));
    expect(burst).toEqual([true, true, true, false, false]);
    expect(rate.admits(B)).toBe(true);
    now += 99;
    expect(rate.admits(A)).toBe(false);
    now += 2;
    expect([rate.admits(A), rate.admits(A)]).toEqual([true, false]);
    now += 60_000;
    expect(Array.from({ length: 4 }, () => rate.admits(A))).toEqual([true, true, true, false]);
  });

  it('charges more for larger messages', () => {
    const rate = new HostRate({ perSecond: 0, burst: 10 }, () => 0);
    expect([rate.admits(A, 8), rate.admits(A, 3), rate.admits(A, 2)]).toEqual([true, false, true]);
  });

  it('charges a cost that is known only afterwards, and then admits nothing until that is paid back', () => {
    let now = 0;
    const rate = new HostRate({ perSecond: 1, burst: 10 }, () => now);
    rate.spend(A, 12);
    expect([rate.left(A), rate.left(B)]).toEqual([-2, 10]);
    now = 2500;
    expect([rate.admits(A), rate.left(A)]).toEqual([false, 0.5]);
    now = 3000;
    expect(rate.admits(A)).toBe(true);
  });

  it('remembers a bounded number of hosts', () => {
    const rate = new HostRate({ perSecond: 0, burst: 1 }, () => 0);
    expect([rate.admits(A), rate.admits(A)]).toEqual([true, false]);
    for (let other = 0; other < 20_000; other++) rate.admits(`hst_${other}`);
    expect(rate.admits(A)).toBe(true);
  });
});
