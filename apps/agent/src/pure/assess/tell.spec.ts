import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { tell } from './tell.js';

const item = newId('itm');
const done: Outcome = { kind: 'done', detail: 'x' };
const waits: Outcome = { kind: 'waiting', code: 'authorization', cause: 'a', fix: 'b' };
const report = (revision: number, outcome?: Outcome, ...stages: ('created' | 'joined')[]) => ({
  ...{ item, revision, outcome },
  stages: stages.map((stage) => ({ stage, detail: '' })),
});
const types = ({ facts }: ReturnType<typeof tell>) => facts.map(({ type }) => type);

describe('tell', () => {
  it('reports an outcome once, and a different one again', () => {
    const first = tell({}, [report(1, waits)]);
    expect(first.facts).toEqual([{ type: 'item.settled', data: { item, revision: 1, outcome: waits } }]);
    expect(types(tell(first.ledger, [report(1, { ...waits, cause: 'other words' })]))).toEqual([]);
    const second = tell(first.ledger, [report(1, done)]);
    expect(types(second)).toEqual(['item.settled']);
    expect(types(tell(second.ledger, [report(1, waits)]))).toEqual(['item.settled']);
  });

  it('reports the outcome of a new revision even when there was nothing to do', () => {
    const { ledger } = tell({}, [report(1, done)]);
    expect(tell(ledger, [report(2, done)]).facts).toMatchObject([{ data: { revision: 2 } }]);
  });

  it('reports each stage once per revision', () => {
    const first = tell({}, [report(1, undefined, 'created', 'joined')]);
    expect(types(first)).toEqual(['item.progress', 'item.progress']);
    expect(types(tell(first.ledger, [report(1, undefined, 'created', 'joined')]))).toEqual([]);
    expect(types(tell(first.ledger, [report(2, undefined, 'created')]))).toEqual(['item.progress']);
  });

  it('keeps the last outcome while there is none', () => {
    const { ledger } = tell({}, [report(1, done)]);
    expect(types(tell(tell(ledger, [report(1)]).ledger, [report(1, done)]))).toEqual([]);
  });

  it('drops items that are no longer desired', () => {
    const { ledger } = tell({}, [report(1, done)]);
    expect(tell(ledger, []).ledger).toEqual({});
  });
});
