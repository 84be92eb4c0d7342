import { describe, expect, it } from '@jest/globals';
import type { ItemId, Outcome } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { KernelLacks } from './retries.js';

const item: ItemId = newId('itm');
const outcomes = (outcome: Outcome) => new Map([[item, outcome]]);
const waits = (code: 'interface' | 'address' | 'authorization') =>
  outcomes({ kind: 'waiting', code, cause: 'because', fix: 'do' });

describe('a membership that waits for the kernel', () => {
  it('needs a repair when it has waited for the interface or an address for a while', () => {
    const lacks = new KernelLacks();
    expect([...lacks.observed(waits('interface'), 0)]).toEqual([]);
    expect([...lacks.observed(waits('address'), 6_000)]).toEqual([]);
    expect([...lacks.observed(waits('address'), 8_000)]).toEqual([item]);
  });

  it('needs none when it waits for something else, or was done in between', () => {
    const lacks = new KernelLacks();
    lacks.observed(waits('authorization'), 0);
    expect([...lacks.observed(waits('authorization'), 60_000)]).toEqual([]);
    lacks.observed(waits('interface'), 60_000);
    lacks.observed(outcomes({ kind: 'done' }), 65_000);
    expect([...lacks.observed(waits('interface'), 68_000)]).toEqual([]);
    expect([...lacks.observed(waits('interface'), 76_000)]).toEqual([item]);
  });
});
