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
    expect([woken().take(0), woken().take(1_900), woken().take(2_100), woken().take(Infinity)]).toEqual([
      ...[node, node, undefined, undefined],
    ]);
    expect(after().take(0)).toBeUndefined();
  });

  it('counts the same node twice as one', () => {
    expect(
      after(
        (all) => all.awaited(node),
        (all) => all.awaited(node),
      ).take(0),
    ).toBe(node);
  });

  it.each<[string, ((wakings: Wakings) => void)[]]>([
    ['another node, too', [(all) => all.awaited(node), (all) => all.awaited(other)]],
    ['something else before', [(all) => all.somewhere(), (all) => all.awaited(node)]],
    ['something else after', [(all) => all.awaited(node), (all) => all.somewhere()]],
    ['another desired state', [(all) => all.awaited(node), (all) => all.awaited()]],
    ['another desired state before', [(all) => all.awaited(), (all) => all.awaited(node)]],
    ['another node and back', [(all) => all.awaited(node), (all) => all.awaited(other), (all) => all.awaited(node)]],
  ])('looks at all when there was more: %s', (_what, wake) => expect(after(...wake).take(0)).toBeUndefined());

  it('is told of once', () => {
    const wakings = after((all) => all.awaited(node));
    expect([wakings.isAwaited, wakings.take(0), wakings.isAwaited, wakings.take(0)]).toEqual([
      ...[true, node, false, undefined],
    ]);
  });
});

const quiet: Situation = { busyLanes: 0, unsettled: 0, waiting: 0, quietFor: 3_600_000, nextTryIn: undefined };

describe('pauseMs', () => {
  it('is long when all is quiet', () => {
    expect(pauseMs(quiet)).toBe(5_000);
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
