import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { attach, route } from '../../../../test/support/agent/items.js';
import { Policy, type HeldPolicy } from '../pure/policy/policy.js';
import { FAST_MS, pauseMs, scopeOf, SteadyPolicy, type Situation, Wakings } from './looks.js';

const [node, other] = [newId('nod'), newId('nod')];
const after = (...wake: ((wakings: Wakings) => void)[]) => {
  const wakings = new Wakings();
  for (const one of wake) one(wakings);
  return wakings;
};

describe('what woke the loop', () => {
  it('limits a look to one node when only that has changed and a full look was recent', () => {
    const woken = () => after((all) => all.awaited(node));
    const alone = (agoMs: number) => [woken().take(agoMs, false), woken().take(agoMs, true)];
    expect(alone(0)).toEqual([node, node]);
    expect(alone(1_900)).toEqual([node, node]);
    // If every change is hinted at, any other change since then would have been reported.
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
  ])('looks at everything when there was more: %s', (_what, wake) =>
    expect(after(...wake).take(0, true)).toBeUndefined(),
  );

  it('is reported once', () => {
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

  it('grows while all is quiet and every change is hinted at, but so little that a missed hint costs half a minute', () => {
    const after = (quietFor: number) => pauseMs({ ...quiet, quietFor, hintsAtAll: true });
    expect([after(3_000), after(20_000), after(40_000), after(3_600_000)]).toEqual([5_000, 10_000, 20_000, 25_000]);
    expect(pauseMs({ ...quiet, hintsAtAll: true, unsettled: 1 })).toBe(5_000);
  });

  it('is short while a step runs, an item is on its way, or something has just changed', () => {
    for (const more of [{ busyLanes: 1 }, { unsettled: 1, quietFor: 5_000 }, { quietFor: 100 }])
      expect(pauseMs({ ...quiet, ...more })).toBe(FAST_MS);
  });

  it('is short when an authorization was requested recently, and longer after a while', () => {
    const lately = pauseMs({ ...quiet, waiting: 1, quietFor: 60_000 });
    const later = pauseMs({ ...quiet, waiting: 1 });
    expect(lately).toBeLessThanOrEqual(1_000);
    expect(later).toBeGreaterThan(lately);
    expect(later).toBeLessThan(5_000);
  });

  it('grows when an item is not done after a while', () => {
    expect(pauseMs({ ...quiet, unsettled: 1 })).toBe(5_000);
  });

  it('ends when a step can be retried', () => {
    expect(pauseMs({ ...quiet, nextTryIn: 1_200 })).toBe(1_200);
    expect(pauseMs({ ...quiet, nextTryIn: 60_000 })).toBe(5_000);
    expect(pauseMs({ ...quiet, nextTryIn: 0 })).toBeGreaterThan(0);
  });
});

describe('what a look covers', () => {
  const held = (rules: object): HeldPolicy => ({
    ...{ result: 'held', file: 'policy.yaml', isWritten: true, lines: new Map() },
    policy: Policy.parse(rules),
  });
  const broken: HeldPolicy = { result: 'unreadable', file: 'policy.yaml', cause: 'line 3', fix: 'mend it' };

  it.each<[string, HeldPolicy, string | undefined]>([
    ['labelled', held({}), 'shop/db/1'],
    ['all', held({ workloads: 'all' }), 'shop/db/1'],
    ['none', held({ workloads: 'none' }), undefined],
    ['unreadable', broken, undefined],
  ])('is the container of an attachment always, and its workload if the policy allows any: %s', (_rule, policy, to) => {
    const { attachment, items } = attach();
    const { containers } = scopeOf(newId('nod'), items, policy);
    expect(containers).toHaveLength(1);
    expect(containers[0]).toMatchObject({ item: attachment.id });
    expect(containers[0]?.workload).toBe(to);
  });

  it('has routers while an item wants one', () => {
    const { router, container, items } = route();
    const hasRouters = (given: typeof items) => scopeOf(newId('nod'), given, held({})).hasRouters;
    expect(hasRouters(items)).toBe(true);
    expect(hasRouters([container])).toBe(false);
    expect(hasRouters([container, { ...router, intent: 'absent' }])).toBe(false);
  });

  it('does not change while the file of the policy is being written, and does when it stays unusable', () => {
    const steady = new SteadyPolicy();
    const before = held({});
    expect(steady.of(broken, 0)).toBe(broken);
    expect(steady.of(before, 1_000)).toBe(before);
    expect(steady.of(broken, 2_000)).toBe(before);
    expect(steady.of(broken, 4_999)).toBe(before);
    expect(steady.of(broken, 5_000)).toBe(broken);
    expect(steady.of(before, 6_000)).toBe(before);
    expect(steady.of(broken, 7_000)).toBe(before);
  });
});
