import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { launch, membershipItem } from '../../../../../test/support/agent/items.js';
import { container, known, observed, unknown } from '../../../../../test/support/agent/observed.js';
import { isOfPresentContainer } from './plan-container.js';

const { container: demo, membership, items } = launch();

describe('what is observed of a node', () => {
  const state = observed({ containers: known([container(demo)]) });

  it('counts for a membership whose container is the one that is wanted', () => {
    expect(isOfPresentContainer(membership, items, state)).toBe(true);
    const onHost = membershipItem({ node: newId('nod'), nodeKind: 'host' });
    expect(isOfPresentContainer(onHost, [onHost], observed())).toBe(true);
    expect(isOfPresentContainer(demo, items, observed())).toBe(true);
  });

  it.each([
    ['is to be restarted', { ...demo, incarnation: 1 }, state],
    ['gets another limit', { ...demo, limits: { ...demo.limits, pids: 77 } }, state],
    ['is not there', demo, observed()],
    ['cannot be seen', demo, observed({ containers: unknown('docker-unreachable') })],
    ['is somebody else’s', demo, observed({ containers: known([container(demo, { ours: false })]) })],
  ])('does not when its container %s', (_case, wanted, seen) => {
    expect(isOfPresentContainer(membership, [wanted, membership], seen)).toBe(false);
  });
});
