import { beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { StrangerTurns } from './stranger-turns.js';

const GAP = 2_100;
const { signal } = new AbortController();

describe('the turns of unknown nodes', () => {
  let now: number;
  let isIntroduced: boolean;
  let turns: StrangerTurns;
  let told: string[];

  let waiting: { until: number; end: () => void }[];
  const parts = {
    introduced: () => isIntroduced,
    now: () => now,
    wait: (ms: number) => new Promise<void>((end) => waiting.push({ until: now + ms, end })),
  };

  beforeEach(() => {
    [now, isIntroduced, told, waiting] = [1_000_000, false, [], []];
    turns = new StrangerTurns({ gapMs: GAP, ...parts });
  });

  /** Begins to wait; returns whether it is still waiting. */
  const start = (node = newId('nod'), address = '00c0ffee00') => {
    const state = { waits: true };
    const tell = (before: number, ms: number) => void told.push(`${before}: ${ms}`);
    void turns.take({ node, address }, tell, signal).then(() => (state.waits = false));
    return state;
  };
  const pass = async (ms: number) => {
    now += ms;
    for (const { until, end } of waiting) if (until <= now) end();
    await new Promise((resolve) => setImmediate(resolve));
  };

  it('allow the first start at once, and each further one a gap later', async () => {
    const all = [start(), start(), start()];
    await pass(0);
    expect([all.map(({ waits }) => waits), told]).toEqual([
      [false, true, true],
      ['1: 2100', '2: 4200'],
    ]);
    await pass(GAP);
    expect(all.map(({ waits }) => waits)).toEqual([false, false, true]);
    await pass(GAP);
    expect(all.map(({ waits }) => waits)).toEqual([false, false, false]);
    await pass(GAP);
    const later = start();
    await pass(0);
    expect([later.waits, told.length]).toEqual([false, 2]);
  });

  it('are not needed when a node ran recently enough to be remembered', async () => {
    const [node, gone] = [newId('nod'), newId('nod')];
    turns.ran(node);
    turns.ran(gone, 450_000);
    const all = [start(), start(node), start(gone)];
    await pass(0);
    expect(all.map(({ waits }) => waits)).toEqual([false, false, true]);
    await pass(GAP);
    await pass(450_000);
    const [stranger, again] = [start(), start(node)];
    await pass(0);
    expect([stranger.waits, again.waits]).toEqual([false, true]);
  });

  it('are not needed when the root knows a node in advance, except when its identity was generated too late', async () => {
    isIntroduced = true;
    turns.minted('00c0ffee01', { late: true });
    const late = () => start(newId('nod'), '00c0ffee01');
    const all = [start(), start(), late(), late()];
    await pass(0);
    expect(all.map(({ waits }) => waits)).toEqual([false, false, false, true]);
  });

  it('are needed for an identity that was generated in advance, but only a moment ago', async () => {
    isIntroduced = true;
    turns.minted('00c0ffee01', { late: false });
    const fresh = () => start(newId('nod'), '00c0ffee01');
    const all = [fresh(), fresh()];
    await pass(0);
    expect(all.map(({ waits }) => waits)).toEqual([false, true]);
    await pass(5_000);
    const [third, fourth] = [fresh(), fresh()];
    await pass(0);
    expect([third.waits, fourth.waits]).toEqual([false, false]);
  });

  it('are a gap apart from when the daemon before it greets its root, however long its start takes', async () => {
    const all = [start(), start(), start()];
    await pass(500);
    turns.greeted();
    await pass(GAP - 100);
    expect(all.map(({ waits }) => waits)).toEqual([false, true, true]);
    await pass(100);
    expect(all.map(({ waits }) => waits)).toEqual([false, false, true]);
    await pass(GAP);
    expect(all.map(({ waits }) => waits)).toEqual([false, false, false]);
  });

  it('pass to the next one when a waiting step is aborted', async () => {
    const stop = new AbortController();
    start();
    const aborted = turns.take({ node: newId('nod'), address: '00c0ffee00' }, () => undefined, stop.signal);
    const next = start();
    await pass(0);
    stop.abort(new Error('enough'));
    await pass(GAP);
    await expect(aborted).rejects.toThrow('enough');
    await pass(0);
    expect(next.waits).toBe(false);
  });

  it('remember only the newest nodes, however many there were', async () => {
    const [first, last] = [newId('nod'), newId('nod')];
    turns.ran(first);
    for (let count = 0; count < 999; count++) turns.ran(newId('nod'));
    turns.ran(last);
    const all = [start(), start(first), start(last)];
    await pass(0);
    expect(all.map(({ waits }) => waits)).toEqual([false, true, false]);
  });

  it('end when the step is aborted', async () => {
    turns = new StrangerTurns({ gapMs: GAP, introduced: () => false });
    start();
    const stop = new AbortController();
    const second = turns.take({ node: newId('nod'), address: '00c0ffee00' }, () => undefined, stop.signal);
    stop.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
  });

  it('do not exist when there is no gap', async () => {
    turns = new StrangerTurns({ gapMs: 0, ...parts });
    const all = [start(), start(), start()];
    await pass(0);
    expect([all.map(({ waits }) => waits), told]).toEqual([[false, false, false], []]);
  });
});
