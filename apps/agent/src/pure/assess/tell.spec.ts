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
  it('tells an outcome once, and another one again', () => {
    const first = tell({}, [report(1, waits)]);
    expect(first.facts).toEqual([{ type: 'item.settled', data: { item, revision: 1, outcome: waits } }]);
    expect(types(tell(first.ledger, [report(1, { ...waits, cause: 'other words' })]))).toEqual([]);
    const second = tell(first.ledger, [report(1, done)]);
    expect(types(second)).toEqual(['item.settled']);
    expect(types(tell(second.ledger, [report(1, waits)]))).toEqual(['item.settled']);
  });

  it('tells the outcome of a new revision although nothing had to be done', () => {
    const { ledger } = tell({}, [report(1, done)]);
    expect(tell(ledger, [report(2, done)]).facts).toMatchObject([{ data: { revision: 2 } }]);
  });

  it('tells each stage once for a revision', () => {
    const first = tell({}, [report(1, undefined, 'created', 'joined')]);
    expect(types(first)).toEqual(['item.progress', 'item.progress']);
    expect(types(tell(first.ledger, [report(1, undefined, 'created', 'joined')]))).toEqual([]);
    expect(types(tell(first.ledger, [report(2, undefined, 'created')]))).toEqual(['item.progress']);
  });

  it('keeps the last word while there is none to say', () => {
    const { ledger } = tell({}, [report(1, done)]);
    expect(types(tell(tell(ledger, [report(1)]).ledger, [report(1, done)]))).toEqual([]);
  });

  it('forgets items that nobody names', () => {
    const { ledger } = tell({}, [report(1, done)]);
    expect(tell(ledger, []).ledger).toEqual({});
  });
});
