import { describe, expect, it } from '@jest/globals';
import type { Item, ObservedContainer, ObservedRouter, ObservedState } from '@orrery/shared/contracts';
import { route } from '../../../../../test/support/agent/items.js';
import { container, known, membership, node, observed, unknown } from '../../../../../test/support/agent/observed.js';
import { DEFAULT_IMAGE, expectSteps, facts } from '../../../../../test/support/agent/steps.js';
import { routersOf } from '../router/routers.js';
import { planToTheEnd } from './plan-predict.js';

const { router, container: demo, membership: inLab, items } = route();
const ways = [{ network: router.network, prefixes: router.prefixes }];
const made = facts({ images: [DEFAULT_IMAGE], identities: [demo.node] });
const closed: Item[] = [demo, inLab, { ...router, intent: 'absent' }];
const seen = (more: Partial<ObservedContainer>, of?: ObservedRouter | null) =>
  observed({
    containers: known([container(demo, more)]),
    nodes: [
      node(demo.node, {
        memberships: known([membership()]),
        ...(of !== undefined && { router: of ? known(of) : unknown('nft-missing') }),
      }),
    ],
  });
const steps = (desired: Item[], state: ObservedState) =>
  expectSteps(desired, state, { ...made, routers: routersOf(desired, state, {}) });

describe('plan for a router', () => {
  it('creates a container that forwards, and starts it with what it lets through', () => {
    const expected = steps(items, observed());
    expected.toBe('create-container', 'start-container');
    expect(expected.steps).toMatchObject([{ blueprint: { forwards: true } }, { router: ways }]);
    const plain = steps([demo, inLab], observed());
    expect(JSON.stringify(plain.steps)).not.toMatch(/forwards|router/);
  });

  it('recreates a container that becomes a router', () => {
    const expected = steps(items, seen({}));
    expected.toBe('remove-container', 'create-container', 'start-container');
    expect(expected.steps[1]).toMatchObject({ blueprint: { forwards: true } });
  });

  it('closes one that stops being a router at once, and recreates it without forwarding', () => {
    const open = seen({ forwards: true }, { forwards: true, ways });
    for (const desired of [closed, [demo, inLab]]) {
      const expected = steps(desired, open);
      expected.toBe('configure-router', 'remove-container', 'create-container', 'start-container');
      expect(expected.steps[0]).toMatchObject({ ways: [], item: demo.id });
      expect(expected.steps[2]).not.toMatchObject({ blueprint: { forwards: true } });
    }
    steps(closed, seen({ forwards: true }, { forwards: true, ways: [] })).toBe(
      ...(['remove-container', 'create-container', 'start-container'] as const),
    );
    expect(planToTheEnd(closed, open, { ...made, routers: new Map() }).at(-1)?.step).toBe('start-container');
  });

  it('starts a stopped one with what it lets through', () => {
    const expected = steps(items, seen({ forwards: true, state: 'exited' }));
    expected.toBe('start-container');
    expect(expected.steps).toMatchObject([{ router: ways }]);
  });

  it.each<[string, ObservedRouter]>([
    ['is not there or was changed', { forwards: true, ways: null }],
    ['names other prefixes', { forwards: true, ways: [{ network: router.network, prefixes: ['192.168.11.0/24'] }] }],
    ['names more', { forwards: true, ways: [...ways, { network: '8056c2e21c000002', prefixes: ['10.0.0.0/8'] }] }],
    ['lets nothing through', { forwards: true, ways: [] }],
  ])('writes the table again when it %s', (_what, of) => {
    const expected = steps(items, seen({ forwards: true }, of));
    expected.toBe('configure-router');
    expect(expected.steps).toMatchObject([{ item: router.id, ways }]);
  });

  it('does nothing when the table is as it was written, or cannot be seen', () => {
    steps(items, seen({ forwards: true }, { forwards: true, ways })).toBeNone();
    steps(items, seen({ forwards: true }, null)).toBeNone();
    steps(items, seen({ forwards: true })).toBeNone();
  });

  it('removes a container as ever, without closing it before', () => {
    const gone = items.map((item): Item => ({ ...item, intent: 'absent' }));
    steps(gone, seen({ forwards: true }, { forwards: true, ways })).toBe('remove-container', 'forget-identity');
  });
});
