import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { Wakings, FAST_MS, pauseMs, type Situation } from './looks.js';

const [node, other] = [newId('nod'), newId('nod')];
const after = (...wake: ((wakings: Wakings) => void)[]) => {
  const wakings = new Wakings();
  for (const one of wake) one(wakings);
  return wakings;
};

describe('what woke the loop', () => {
  it('makes it look at one node alone where only that is said to have changed, and only soon after it has seen all', () => {
    const woken = () => after((all) => all.awaited(node));
    const alone = (agoMs: number) => [woken().take(agoMs, false), woken().take(agoMs, true)];
    expect(alone(0)).toEqual([node, node]);
    expect(alone(1_900)).toEqual([node, node]);
    // What else has changed since, every change being hinted at, would have been said.
    expect(alone(2_100)).toEqual([undefined, node]);
    expect(alone(30_000)).toEqual([undefined, undefined]);
    expect(after().take(0, true)).toBeUndefined();
  });

  it('counts the same node twice as one', () => {
    expect(
      after(
        (all) => all.awaited(node),
        (all) => all.awaited(node),
      ).take(0, true),
    ).toBe(node);
  });

  it.each<[string, ((wakings: Wakings) => void)[]]>([
    ['another node, too', [(all) => all.awaited(node), (all) => all.awaited(other)]],
    ['something else before', [(all) => all.somewhere(), (all) => all.awaited(node)]],
    ['something else after', [(all) => all.awaited(node), (all) => all.somewhere()]],
    ['another desired state', [(all) => all.awaited(node), (all) => all.awaited()]],
    ['another desired state before', [(all) => all.awaited(), (all) => all.awaited(node)]],
    ['another node and back', [(all) => all.awaited(node), (all) => all.awaited(other), (all) => all.awaited(node)]],
  ])('looks at all when there was more: %s', (_what, wake) => expect(after(...wake).take(0, true)).toBeUndefined());

  it('is told of once', () => {
    const wakings = after((all) => all.awaited(node));
    expect([wakings.isAwaited, wakings.take(0, true), wakings.isAwaited, wakings.take(0, true)]).toEqual([
      ...[true, node, false, undefined],
    ]);
  });
});

const quiet: Situation = {
  ...{ busyLanes: 0, unsettled: 0, waiting: 0, quietFor: 3_600_000, nextTryIn: undefined },
  hintsAtAll: false,
};

describe('pauseMs', () => {
  it('is long when all is quiet', () => {
    expect(pauseMs(quiet)).toBe(5_000);
  });

  it('grows with the quiet where every change is hinted at, and stays so short that a missed hint costs half a minute', () => {
    const after = (quietFor: number) => pauseMs({ ...quiet, quietFor, hintsAtAll: true });
    expect([after(3_000), after(20_000), after(40_000), after(3_600_000)]).toEqual([5_000, 10_000, 20_000, 25_000]);
    expect(pauseMs({ ...quiet, hintsAtAll: true, unsettled: 1 })).toBe(5_000);
  });

  it('is short while a step runs, an item is on its way, or something has just changed', () => {
    for (const more of [{ busyLanes: 1 }, { unsettled: 1, quietFor: 5_000 }, { quietFor: 100 }])
      expect(pauseMs({ ...quiet, ...more })).toBe(FAST_MS);
  });

  it('watches closely for an authorization that was asked for lately, and less so after a while', () => {
    const lately = pauseMs({ ...quiet, waiting: 1, quietFor: 60_000 });
    const later = pauseMs({ ...quiet, waiting: 1 });
    expect(lately).toBeLessThanOrEqual(1_000);
    expect(later).toBeGreaterThan(lately);
    expect(later).toBeLessThan(5_000);
  });

  it('does not look for ever fast at an item that does not come true', () => {
    expect(pauseMs({ ...quiet, unsettled: 1 })).toBe(5_000);
  });

  it('ends when a step may be tried again', () => {
    expect(pauseMs({ ...quiet, nextTryIn: 1_200 })).toBe(1_200);
    expect(pauseMs({ ...quiet, nextTryIn: 60_000 })).toBe(5_000);
    expect(pauseMs({ ...quiet, nextTryIn: 0 })).toBeGreaterThan(0);
  });
});
