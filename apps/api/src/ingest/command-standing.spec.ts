import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '@orrery/shared/contracts';
import { standingOf } from './command-standing.js';

const done: Outcome = { kind: 'done', detail: 'x' };
const waiting: Outcome = { kind: 'waiting', code: 'address', cause: 'c', fix: 'f' };
const failed: Outcome = { kind: 'failed', code: 'port-error', cause: 'c', fix: 'f' };

describe('standingOf', () => {
  it.each([
    ['nothing settled', [null, null], 'delivered', null],
    ['partly done', [done, null], 'delivered', null],
    ['all done', [done, done], 'done', { kind: 'done' }],
    ['one waiting', [done, waiting, null], 'waiting', waiting],
    ['one failed', [done, waiting, failed, null], 'failed', failed],
  ])('with %s is %s', (_name, outcomes, state, outcome) => {
    expect(standingOf(outcomes)).toEqual({ state, outcome });
  });

  it('of a command without items is not done by itself', () => {
    expect(standingOf([])).toEqual({ state: 'delivered', outcome: null });
  });
});
