import { describe, expect, it } from '@jest/globals';
import { StepError, type Step } from '@orrery/shared/machine';
import { attachmentItem, containerItem, membershipItem } from '../../../../test/support/agent/items.js';
import { Retries } from './retries.js';

const item = containerItem();
const start: Step = { node: item.node, item: item.id, step: 'start-container', engineId: 'x' };
const error = (transient: boolean) => new StepError({ code: 'pull-refused', cause: 'no', fix: 'log in', transient });
const retries = () => {
  const made = new Retries({ firstMs: 1000, maxMs: 300_000 }, () => 0.5);
  made.update([item]);
  return made;
};

describe('Retries', () => {
  it('allows a step at once, then after growing pauses, whether it worked or not', () => {
    const tries = retries();
    expect(tries.nextAt(start)).toBe(0);
    const pauses = [1, 2, 3, 4].map(() => {
      tries.tried(start, 0);
      return tries.nextAt(start);
    });
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
    for (let more = 0; more < 20; more++) tries.tried(start, 0);
    expect(tries.nextAt(start)).toBe(300_000);
  });

  it('starts over at a new revision, and not at the same one', () => {
    const tries = retries();
    tries.tried(start, 0);
    tries.failed(start, error(false));
    tries.update([{ ...item }]);
    expect(tries.nextAt(start)).toBe(1000);
    tries.update([{ ...item, revision: 2 }]);
    expect([tries.nextAt(start), tries.lastError(item.id)]).toEqual([0, undefined]);
  });

  it('starts over when the item has been well for a minute, and not before', () => {
    const tries = retries();
    tries.tried(start, 0);
    tries.observed(item, true, 0);
    tries.observed(item, true, 59_000);
    expect(tries.nextAt(start)).toBe(1000);
    tries.observed(item, true, 60_000);
    expect(tries.nextAt(start)).toBe(0);
  });

  it('starts over for an attachment as soon as it was well, and not before', () => {
    const attachment = attachmentItem();
    const again: Step = { node: attachment.node, item: attachment.id, step: 'start-container', engineId: 'x' };
    const tries = new Retries({ firstMs: 1000, maxMs: 300_000 }, () => 0.5);
    tries.update([attachment]);
    for (let at = 0; at < 10_000; at += 1_000) {
      expect(tries.nextAt(again)).toBe(0);
      tries.tried(again, at);
      tries.observed(attachment, true, at + 500);
      tries.observed(attachment, false, at + 900);
    }
    for (let at = 10_000; at < 20_000; at += 2_000) {
      tries.tried(again, at);
      tries.observed(attachment, false, at + 1_000);
    }
    expect(tries.nextAt(again)).toBeGreaterThan(30_000);
  });

  it('reports a failure at once, but a transient one only when it persists', () => {
    const tries = retries();
    const fails = (of: Retries, transient: boolean) => {
      of.tried(start, 0);
      of.failed(start, error(transient));
    };
    fails(tries, true);
    fails(tries, true);
    expect(tries.lastError(item.id)).toBeUndefined();
    fails(tries, true);
    expect(tries.lastError(item.id)).toMatchObject({ code: 'pull-refused' });
    const others = retries();
    fails(others, false);
    expect(others.lastError(item.id)).toMatchObject({ cause: 'no', fix: 'log in' });
    others.tried(start, 0);
    others.worked(start);
    expect(others.lastError(item.id)).toBeUndefined();
  });

  it('ignores the failure of a step when it began for an earlier revision', () => {
    const tries = retries();
    tries.tried(start, 0);
    tries.update([{ ...item, revision: 2, intent: 'absent' }]);
    tries.failed(start, error(false));
    expect(tries.lastError(item.id)).toBeUndefined();
    tries.tried(start, 0);
    tries.failed(start, error(false));
    expect(tries.lastError(item.id)).toMatchObject({ code: 'pull-refused' });
  });

  it('counts the networks of one node separately', () => {
    const one = membershipItem({ node: item.node });
    const tries = new Retries({ firstMs: 1000, maxMs: 2000 }, () => 0.5);
    tries.update([one]);
    const leave = (network: string): Step => ({
      ...{ node: item.node, item: one.id, step: 'leave-network', nodeKind: 'container' },
      network,
    });
    tries.tried(leave('8056c2e21c000001'), 0);
    expect(tries.nextAt(leave('8056c2e21c000001'))).toBe(1000);
    expect(tries.nextAt(leave('8056c2e21c000002'))).toBe(0);
  });
});
