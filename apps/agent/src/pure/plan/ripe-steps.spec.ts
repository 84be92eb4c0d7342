import { expect, it, describe } from '@jest/globals';
import type { NodeId, Item, ObservedState } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { Step, MachineFacts } from '@orrery/shared/machine';
import { NETWORK, launch } from '../../../../../test/support/agent/items.js';
import { ripeSteps, headStart } from './ripe-steps.js';
import { container, known, observed, unknown } from '../../../../../test/support/agent/observed.js';
import { DEFAULT_IMAGE, facts } from '../../../../../test/support/agent/steps.js';

const [one, another] = [newId('nod'), newId('nod')];
const start = (node: NodeId): Step => ({ node, item: newId('itm'), step: 'start-container', engineId: 'e' });
const leave = (node: NodeId): Step => ({
  ...{ node, item: newId('itm'), step: 'leave-network', nodeKind: 'host', network: NETWORK },
});

it('starts nothing of a node behind a waiting step, except for networks, and reports when the next may start', () => {
  const [late, behind, free] = [start(one), start(one), start(another)];
  const [lateLeave, leaves] = [leave(another), leave(another)];
  const at = new Map<Step, number>([
    [late, 150],
    [lateLeave, 130],
  ]);
  const { byNode, nextTryIn } = ripeSteps([late, behind, free, lateLeave, leaves], (step) => at.get(step) ?? 0, 100);
  expect([...byNode]).toEqual([[another, [free, leaves]]]);
  expect(nextTryIn).toBe(30);
  expect(ripeSteps([behind], () => 0, 100)).toEqual({ byNode: new Map([[one, [behind]]]), nextTryIn: undefined });
});

const { container: demo, items } = launch();
const { items: others, container: other } = launch({ name: 'other' });
const absent = <T extends Item>(item: T): T => ({ ...item, intent: 'absent' });
const here: MachineFacts = { ...facts({ images: [DEFAULT_IMAGE] }), isFree: () => false };
const look = (state: ObservedState = observed(), nodes = [other.node], known = here) => ({
  ...{ observed: state, facts: known, nodes: new Set(nodes) },
});
const names = (...asked: Parameters<typeof headStart>) => headStart(...asked).map(({ step, item }) => [step, item]);

const MADE = [
  ['mint-identity', demo.id],
  ['create-container', demo.id],
  ['start-container', demo.id],
];

describe('a head start', () => {
  it('is only for the container of a node that was unknown at the last observation', () => {
    expect(names([...items, ...others], look())).toEqual(MADE);
    expect(names(items, look(observed(), [demo.node]))).toEqual([]);
  });

  it.each([
    ['the engine was not observed', look(observed({ engine: unknown() }))],
    ['its containers were not observed', look(observed({ containers: unknown() }))],
    ['its container already existed', look(observed({ containers: known([container(demo, { state: 'exited' })]) }))],
  ])('is not taken when %s', (_case, last) => {
    expect(names(items, last)).toEqual([]);
  });

  it('is not taken for an absent item, or when the image must be pulled first', () => {
    expect(names(items.map(absent), look(observed(), [], { ...here, hasIdentity: () => true }))).toEqual([]);
    expect(names(items, look(observed(), [], { ...here, imagePresent: () => false }))).toEqual([]);
  });
});
