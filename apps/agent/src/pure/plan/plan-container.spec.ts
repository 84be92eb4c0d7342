import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { launch, membershipItem } from '../../../../../test/support/agent/items.js';
import { container, known, observed, unknown } from '../../../../../test/support/agent/observed.js';
import { isOfPresentContainer } from './plan-container.js';

const { container: demo, membership, items } = launch();

describe('the observation of a node', () => {
  const state = observed({ containers: known([container(demo)]) });

  it('counts for a membership when its container is the desired one', () => {
    expect(isOfPresentContainer(membership, { items, observed: state, facts: {} })).toBe(true);
    const onHost = membershipItem({ node: newId('nod'), nodeKind: 'host' });
    expect(isOfPresentContainer(onHost, { items: [onHost], observed: observed(), facts: {} })).toBe(true);
    expect(isOfPresentContainer(demo, { items, observed: observed(), facts: {} })).toBe(true);
  });

  it.each([
    ['is to be restarted', { ...demo, incarnation: 1 }, state],
    ['gets a new limit', { ...demo, limits: { ...demo.limits, pids: 77 } }, state],
    ['is absent', demo, observed()],
    ['cannot be seen', demo, observed({ containers: unknown('docker-unreachable') })],
    ['belongs to somebody else', demo, observed({ containers: known([container(demo, { ours: false })]) })],
  ])('does not count when its container %s', (_case, wanted, seen) => {
    expect(isOfPresentContainer(membership, { items: [wanted, membership], observed: seen, facts: {} })).toBe(false);
  });
});
