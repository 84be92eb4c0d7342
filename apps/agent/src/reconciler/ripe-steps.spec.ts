import { expect, it } from '@jest/globals';
import type { NodeId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { NETWORK } from '../../../../test/support/agent/items.js';
import { ripeSteps } from './ripe-steps.js';
import type { Step } from '@orrery/shared/machine';

const [one, other] = [newId('nod'), newId('nod')];
const start = (node: NodeId): Step => ({ node, item: newId('itm'), step: 'start-container', engineId: 'e' });
const leave = (node: NodeId): Step => ({
  ...{ node, item: newId('itm'), step: 'leave-network', nodeKind: 'host', network: NETWORK },
});

it('lets nothing of a node begin behind a step that waits, but for networks, and says when the next may', () => {
  const [late, behind, free] = [start(one), start(one), start(other)];
  const [lateLeave, leaves] = [leave(other), leave(other)];
  const at = new Map<Step, number>([
    [late, 150],
    [lateLeave, 130],
  ]);
  const { byNode, nextTryIn } = ripeSteps([late, behind, free, lateLeave, leaves], (step) => at.get(step) ?? 0, 100);
  expect([...byNode]).toEqual([[other, [free, leaves]]]);
  expect(nextTryIn).toBe(30);
  expect(ripeSteps([behind], () => 0, 100)).toEqual({ byNode: new Map([[one, [behind]]]), nextTryIn: undefined });
});
