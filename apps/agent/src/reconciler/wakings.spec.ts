import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { Wakings } from './wakings.js';

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
