import { describe, expect, it } from '@jest/globals';
import type { Item, ObservedState } from '@orrery/shared/contracts';
import fc from 'fast-check';
import type { Step } from '@orrery/shared/machine';
import { desiredItems, observedStates, possessions } from '../../../../../test/support/agent/arbitrary.js';
import { unknown } from '../../../../../test/support/agent/observed.js';
import { facts } from '../../../../../test/support/agent/steps.js';
import { plan } from './plan.js';
import { planToTheEnd, predict, type Predicted } from './plan-predict.js';

const RUNS = { numRuns: 500 };
const anything = (check: (desired: Item[], observed: ObservedState, has: Parameters<typeof facts>[0]) => void) =>
  fc.assert(fc.property(desiredItems, observedStates, possessions, check), RUNS);

const MAKING: Step['step'][] = [
  ...(['pull-image', 'mint-identity', 'create-container', 'start-container'] as const),
  ...(['unpause-container', 'join-network', 'configure-network', 'repair-network'] as const),
];

describe('plan, whatever is desired and observed', () => {
  it('does nothing when nothing is desired', () => {
    anything((_desired, observed, has) => expect(plan([], observed, facts(has))).toEqual([]));
  });

  it('touches only what an item names, and only containers that are ours', () => {
    anything((desired, observed, has) => {
      const containers = observed.containers.known ? observed.containers.value : [];
      for (const step of plan(desired, observed, facts(has))) {
        const item = desired.find(({ id }) => id === step.item);
        expect(item?.node).toBe(step.node);
        if ('network' in step) expect(item).toMatchObject({ kind: 'membership', network: step.network });
        if ('engineId' in step) {
          const one = containers.find(({ engineId, item: of }) => engineId === step.engineId && of === step.item);
          expect(one?.ours).toBe(true);
        }
      }
    });
  });

  it('creates nothing for an absent item', () => {
    anything((desired, observed, has) => {
      const absent = desired.map((item): Item => ({ ...item, intent: 'absent' }));
      const making = plan(absent, observed, facts(has)).filter(({ step }) => MAKING.includes(step));
      expect(making).toEqual([]);
    });
  });

  it('removes and leaves nothing that should be present, except to recreate it', () => {
    anything((desired, observed, has) => {
      const present = desired.map((item): Item => ({ ...item, intent: 'present' }));
      const steps = plan(present, observed, facts(has));
      expect(steps.filter(({ step }) => step === 'leave-network' || step === 'forget-identity')).toEqual([]);
      for (const { node } of steps.filter(({ step }) => step === 'remove-container'))
        expect(steps.some((step) => step.step === 'create-container' && step.node === node)).toBe(true);
    });
  });

  it('does nothing when everything is unknown', () => {
    anything((desired, observed, has) => {
      const nodes = observed.nodes.map((node) => ({ ...node, daemon: unknown(), memberships: unknown() }));
      const blind = { ...observed, containers: unknown('docker-unreachable'), nodes };
      expect(plan(desired, blind, facts(has))).toEqual([]);
    });
  });

  it('is deterministic', () => {
    anything((desired, observed, has) =>
      expect(plan(desired, observed, facts(has))).toEqual(plan(desired, structuredClone(observed), facts(has))),
    );
  });

  it('terminates: once its steps have succeeded there is nothing left to do', () => {
    anything((desired, observed, has) => {
      const steps = planToTheEnd(desired, observed, facts(has));
      let state: Predicted = { observed, images: new Set(), identities: new Set(), initial: new Map() };
      for (const step of steps) state = predict(state, step);
      const forgotten = steps.filter(({ step }) => step === 'forget-identity').map(({ node }) => node);
      const known = facts({
        images: [...(has?.images ?? []), ...state.images],
        identities: [...(has?.identities ?? []), ...state.identities].filter((node) => !forgotten.includes(node)),
      });
      expect(plan(desired, state.observed, known)).toEqual([]);
    });
  });

  it('never does one thing twice on the way', () => {
    anything((desired, observed, has) => {
      const keys = planToTheEnd(desired, observed, facts(has)).map((step) =>
        JSON.stringify([step.step, step.node, 'network' in step && step.network, 'engineId' in step && step.engineId]),
      );
      expect(new Set(keys).size).toBe(keys.length);
    });
  });
});
