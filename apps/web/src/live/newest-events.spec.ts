import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FleetEvent } from './fleet-event.js';
import { withNewest, withNewestOnTop } from './newest-events.js';

const event = (number: number): FleetEvent => ({
  specversion: '1.0',
  id: `s1-${number}`,
  type: 'io.orrery.host.online',
  source: '/hosts/web-1',
  subject: 'web-1',
  time: '',
  datacontenttype: 'application/json',
  orreryhost: null,
  orrerycommittime: '',
  orreryhosttime: null,
  simulated: false,
  data: {},
});
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

/** As the API lists them. */
function listed(last: number, limit: number) {
  const all = range(1, last).toReversed();
  const items = all.slice(0, limit).map(event);
  return { items, next: all.length > limit ? (items.at(-1)?.id ?? null) : null };
}

describe('the newest events', () => {
  it('are what a fresh look would list, also when some of the news are old', () => {
    const count = fc.nat(40);
    fc.assert(
      fc.property(count, count, count, fc.integer({ min: 1, max: 30 }), (before, after, old, limit) => {
        const news = range(Math.max(1, before + 1 - old), before + after).map(event);
        expect(withNewest(listed(before, limit), news, limit)).toEqual(listed(before + after, limit));
      }),
    );
  });

  it('grow a list at its top, and a storm cuts it at its end', () => {
    const list = {
      pages: [listed(200, 100), { items: range(1, 100).toReversed().map(event), next: null }],
      pageParams: [undefined, 's1-101'],
    };
    const grown = withNewestOnTop(list, [event(201)]);
    expect(grown.pages.flatMap(({ items }) => items)).toHaveLength(201);
    expect(grown.pages[0]?.next).toBe('s1-101');
    const cut = withNewestOnTop(grown, range(202, 2000).map(event));
    expect(cut.pages).toHaveLength(1);
    expect(cut.pages[0]?.items).toHaveLength(500);
    expect([cut.pages[0]?.next, cut.pageParams]).toEqual(['s1-1501', [undefined]]);
    expect(withNewestOnTop(cut, [event(2000)])).toBe(cut);
  });
});
