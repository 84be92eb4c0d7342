import { describe, expect, it } from '@jest/globals';
import { WakeablePause } from './wakeable-pause.js';

const LONG = 60_000;
const never = () => new AbortController().signal;

describe('a pause that can be cut short', () => {
  it('ends when its time is over', async () => {
    expect(await new WakeablePause().wait(1, never())).toBe(false);
  });

  it('ends at once when it is woken; several hints count as one', async () => {
    const pause = new WakeablePause();
    const waiting = pause.wait(LONG, never());
    pause.wake();
    pause.wake();
    expect(await waiting).toBe(true);
    expect(await pause.wait(1, never())).toBe(false);
  });

  it('is skipped when it was woken while nobody paused', async () => {
    const pause = new WakeablePause();
    pause.wake();
    pause.wake();
    expect(await pause.wait(LONG, never())).toBe(true);
    expect(await pause.wait(1, never())).toBe(false);
  });

  it('ends when its owner stops, before or during it, and then keeps no hint', async () => {
    const owner = new AbortController();
    const pause = new WakeablePause();
    const waiting = pause.wait(LONG, owner.signal);
    owner.abort();
    expect([await waiting, await pause.wait(LONG, owner.signal)]).toEqual([true, true]);
  });
});
