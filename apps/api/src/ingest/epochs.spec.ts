import { describe, expect, it } from '@jest/globals';
import type { Epoch } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { Batch } from './batch.js';
import { admit, fenceOf, type EpochState, type HostEpochs } from './epochs.js';

const [A, B, C] = [newId('epo'), newId('epo'), newId('epo')];
const at = (ms: number) => new Date(1_000_000 + ms);
const state = (epoch: Epoch, ordinal: number, cursor: number, more: Partial<EpochState> = {}): EpochState => ({
  epoch,
  ordinal,
  cursor,
  closed: false,
  heardAt: at(0),
  fencedAt: null,
  fences: 0,
  ...more,
});
const batch = (epoch: Epoch, from: number, count: number): Batch => ({
  host: newId('hst'),
  epoch,
  from,
  events: Array.from({ length: count }, (_, index) => ({
    seq: from + index,
    at: at(0).toISOString(),
    happenedAt: at(0),
    fact: { type: 'host.engine-down', data: { cause: 'x' } },
  })),
});
const epochs = (current: Epoch | null, ...known: EpochState[]): HostEpochs => ({
  current,
  top: Math.max(0, ...known.map(({ ordinal }) => ordinal)),
  known,
});

describe('admit', () => {
  it('stores events that begin right after the cursor', () => {
    expect(admit(batch(A, 6, 3), epochs(A, state(A, 1, 5)))).toEqual({
      kind: 'store',
      ordinal: 1,
      skip: 0,
      takesOver: false,
    });
  });

  it('answers a gap with the cursor and stores nothing', () => {
    expect(admit(batch(A, 7, 3), epochs(A, state(A, 1, 5)))).toEqual({
      kind: 'answer',
      reply: { result: 'gap', cursor: 5 },
    });
  });

  it('skips the stored part of a batch that overlaps', () => {
    expect(admit(batch(A, 4, 5), epochs(A, state(A, 1, 5)))).toMatchObject({ kind: 'store', skip: 2 });
  });

  it('answers with the cursor when everything is already stored', () => {
    expect(admit(batch(A, 1, 5), epochs(A, state(A, 1, 5)))).toMatchObject({ reply: { result: 'stored', cursor: 5 } });
  });

  it('lets the first batch of a newer epoch close the older', () => {
    expect(admit(batch(B, 1, 1), epochs(B, state(A, 1, 5), state(B, 2, 0)))).toMatchObject({
      takesOver: true,
      ordinal: 2,
    });
  });

  it('accepts the remaining events of an older epoch before the newer one sends its first batch', () => {
    expect(admit(batch(A, 6, 1), epochs(B, state(A, 1, 5), state(B, 2, 0)))).toMatchObject({
      kind: 'store',
      takesOver: false,
    });
  });

  it('treats an epoch that a restored database forgot as older than the one that said hello and has sent nothing', () => {
    expect(admit(batch(C, 1, 1), epochs(B, state(A, 1, 5), state(B, 2, 0)))).toMatchObject({
      takesOver: false,
      ordinal: 3,
    });
    expect(admit(batch(B, 1, 1), epochs(B, state(A, 1, 5), state(B, 2, 0), state(C, 3, 1)))).toMatchObject({
      takesOver: true,
      ordinal: 4,
    });
  });

  it('treats an unknown epoch as a new start when the current one has sent a batch', () => {
    expect(admit(batch(C, 1, 1), epochs(A, state(A, 1, 5)))).toMatchObject({ takesOver: true, ordinal: 2 });
  });

  it('fences a closed epoch', () => {
    const known = epochs(B, state(A, 1, 5, { closed: true }), state(B, 2, 1));
    expect(admit(batch(A, 6, 1), known)).toMatchObject({ kind: 'fence', reply: { result: 'fenced' } });
    expect(admit(batch(B, 2, 1), known)).toMatchObject({ kind: 'store' });
  });
});

describe('fenceOf', () => {
  const fenced = (fences: number, newestHeard: number) => {
    const own = state(A, 1, 5, { closed: true, fences, fencedAt: fences ? at(10) : null });
    return fenceOf(own, epochs(B, own, state(B, 2, 1, { heardAt: at(newestHeard) })));
  };

  it('treats a closed epoch that sends once as a straggler', () => {
    expect(fenced(0, 5)).toEqual({ fences: 1, cloned: false });
  });

  it('does not count a repetition while the newer one was silent', () => {
    expect(fenced(1, 5)).toEqual({ fences: 1, cloned: false });
  });

  it('detects two agents with one identity when they take turns', () => {
    expect(fenced(1, 20)).toEqual({ fences: 2, cloned: true });
  });

  it('does not mistake the remaining events of an older start for another agent before the newest start has sent a batch', () => {
    const own = state(A, 1, 5, { closed: true, fences: 1, fencedAt: at(10) });
    const newest = (cursor: number) => state(B, 2, cursor, { heardAt: at(20) });
    expect(fenceOf(own, epochs(B, own, newest(0)))).toEqual({ fences: 1, cloned: false });
    expect(fenceOf(own, epochs(B, own, newest(1)))).toEqual({ fences: 2, cloned: true });
  });

  it('reports nothing new once both are fenced', () => {
    const own = state(A, 1, 5, { closed: true, fences: 2, fencedAt: at(10) });
    expect(fenceOf(own, epochs(B, own, state(B, 2, 1, { closed: true, heardAt: at(99) })))).toEqual({
      fences: 2,
      cloned: false,
    });
  });
});
