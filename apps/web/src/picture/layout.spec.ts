import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hash, roomFor } from './hash.js';
import { layoutOf, type Layout } from './layout.js';
import { MOST_SECTORS, sectorsOf, type Named } from './sectors.js';

const host = (name: string, site: string | null): Named => ({ id: `id-of-${name}`, name, site });

/** Hosts in sites of these sizes. */
const fleet = (...sizes: number[]) =>
  sizes.flatMap((size, site) => Array.from({ length: size }, (_, at) => host(`web-${site}-${at}`, `site-${site}`)));

const nodesOf = (hosts: readonly Named[], each: number) =>
  hosts.flatMap(({ id, name }) =>
    Array.from({ length: each }, (_, at) => ({ id: `${id}-${at}`, host: id, name: `${name}-part-${at}` })),
  );

const placesByName = (hosts: readonly Named[], layout: Layout) =>
  new Map(hosts.map(({ id, name }) => [name, layout.places.get(id)]));

const moved = (before: Layout, after: Layout) =>
  [...after.places].filter(([id, { r, t }]) => {
    const place = before.places.get(id);
    return place && (place.r !== r || place.t !== t);
  }).length;

function leastDistance({ places }: Layout): number {
  const all = [...places.values()];
  let least = Infinity;
  for (let a = 0; a < all.length; a++)
    for (let b = a + 1; b < all.length; b++) {
      const [dx, dy] = [(all[a]?.x ?? 0) - (all[b]?.x ?? 0), (all[a]?.y ?? 0) - (all[b]?.y ?? 0)];
      least = Math.min(least, dx * dx + dy * dy);
    }
  return Math.sqrt(least);
}

const twenty = (whole: number) => {
  const sizes = Array.from({ length: 20 }, (_, at) => Math.max(1, Math.floor(whole / 2 ** (at + 1))));
  sizes[0] = Math.max(1, whole - sizes.slice(1).reduce((sum, size) => sum + size, 0));
  return sizes;
};

describe('places', () => {
  const anyHosts = fc
    .uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 60 })
    .chain((names) =>
      fc.tuple(...names.map((name) => fc.constantFrom('a', 'b', 'c', null).map((site) => host(name, site)))),
    );

  it('depend on names alone: neither on the order of the hosts nor on their IDs', () => {
    fc.assert(
      fc.property(anyHosts, fc.infiniteStream(fc.nat()), fc.string(), (hosts, keys, salt) => {
        const sorted = hosts
          .map((one) => ({ one: { ...one, id: `${salt}${one.id}` }, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        const before = placesByName(hosts, layoutOf(hosts, nodesOf(hosts, 3)));
        expect(placesByName(sorted, layoutOf(sorted, []))).toEqual(before);
      }),
    );
  });

  it('are on no slot twice, whatever the names are', () => {
    fc.assert(
      fc.property(anyHosts, (hosts) => {
        const { places } = layoutOf(hosts, []);
        expect(places.size).toBe(hosts.length);
        expect(new Set([...places.values()].map(({ r, t }) => `${r} ${t}`)).size).toBe(hosts.length);
      }),
    );
  });

  it('of 1,000 hosts change for 0 others (median) and at most 2 (p90) when one leaves', () => {
    const hosts = fleet(214, 178, 131, 156, 97, 63, 92, 10, 59);
    const whole = layoutOf(hosts, []);
    const moves = hosts
      .filter((_, at) => at % 10 === 0)
      .map((gone) =>
        moved(
          whole,
          layoutOf(
            hosts.filter((one) => one !== gone),
            [],
          ),
        ),
      )
      .sort((a, b) => a - b);
    expect(hosts).toHaveLength(1000);
    expect(moves[Math.floor(moves.length * 0.5)]).toBe(0);
    expect(moves[Math.floor(moves.length * 0.9)]).toBeLessThanOrEqual(2);
  });

  describe.each([1, 3, 12, 40, 1000])('of %d hosts', (count) => {
    it.each([
      ['1 site', [count]],
      ['3 sites', [count - 2 * Math.floor(count / 10), Math.floor(count / 10), Math.floor(count / 10)]],
      ['20 sites', twenty(count)],
    ])('keep their distance in %s', (_sites, sizes) => {
      const layout = layoutOf(fleet(...sizes), []);
      expect(leastDistance(layout)).toBeGreaterThanOrEqual(0.75 * layout.pitch);
      for (const { r } of layout.places.values()) {
        expect(r).toBeGreaterThanOrEqual(0.34);
        expect(r).toBeLessThan(0.9201);
      }
    });
  });

  it('of a few hosts are all around: the circle is never half empty', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 3 }), (all, sites) => {
        const hosts = all.map((name, at) => host(name, `site-${at % sites}`));
        const rooms = sectorsOf(hosts).reduce((sum, { room }) => sum + room, 0);
        const turns = [...layoutOf(hosts, []).places.values()].map(({ t }) => t).toSorted((a, b) => a - b);
        const gaps = turns.map((t, at) => (turns[at + 1] ?? (turns[0] ?? 0) + 2 * Math.PI) - t);
        // Of each site at least half of its shares are taken.
        fc.pre(rooms <= 16);
        expect(Math.max(...gaps)).toBeLessThan(1.2 * Math.PI);
      }),
    );
  });

  it('cost a few operations for each host and node', () => {
    for (const sizes of [[1000], [334, 333, 333], twenty(1000), Array.from({ length: 1000 }, () => 1)]) {
      const hosts = fleet(...sizes);
      const { steps } = layoutOf(hosts, nodesOf(hosts, 3));
      expect(steps).toBeLessThan(10 * (hosts.length * 4));
    }
  });

  it('of names that differ in a digit are not side by side', () => {
    const slots = ['web-1', 'web-2', 'web-3', 'web-4'].map((name) => hash(name) % 1024);
    expect(new Set(slots.map((slot) => slot >> 5)).size).toBe(4);
  });
});

describe('sectors', () => {
  it('stay where they are until a site comes, goes or crosses a power of two', () => {
    const angles = (...sizes: number[]) => sectorsOf(fleet(...sizes)).map(({ from, to }) => [from, to]);
    expect(angles(17, 9, 3)).toEqual(angles(32, 16, 4));
    expect(angles(17, 9, 3)).not.toEqual(angles(33, 16, 4));
  });

  it('are in the order of their names, and hosts without a site come last', () => {
    const hosts = [host('a', 'zrh'), host('b', null), host('c', 'ams')];
    expect(sectorsOf(hosts).map(({ label }) => label)).toEqual(['ams', 'zrh', 'no site']);
  });

  it('never overlap, and each is wide enough to be seen', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const sectors = sectorsOf(fleet(...sizes));
        sectors.forEach(({ from, to }, at) => {
          expect(to - from).toBeGreaterThan(0.05);
          expect(sectors[at + 1]?.from ?? Infinity).toBeGreaterThan(to);
        });
        const [first, last] = [sectors[0], sectors.at(-1)];
        expect((last?.to ?? 0) - (first?.from ?? 0)).toBeLessThan(2 * Math.PI);
      }),
    );
  });

  it('are shared by the smallest sites when there are too many for all', () => {
    const sectors = sectorsOf(fleet(...Array.from({ length: 200 }, (_, at) => (at === 7 ? 40 : 2))));
    expect(sectors).toHaveLength(MOST_SECTORS);
    expect(sectors.at(-1)).toMatchObject({ label: '177 other sites', hosts: { length: 354 } });
    expect(sectors.map(({ label }) => label)).toContain('site-7');
  });
});

describe('nodes', () => {
  it('each have a place of their own around their host, however many there are', () => {
    for (const count of [1, 12, 13, 100]) {
      const hosts = fleet(1);
      const { angles } = layoutOf(hosts, nodesOf(hosts, count));
      const turns = [...angles.values()].map((angle) => Math.round((angle * 1e6) % (2e6 * Math.PI)));
      expect(new Set(turns).size).toBe(count);
    }
  });
});

it('room grows by powers of two', () => {
  expect([0, 1, 2, 3, 4, 5, 1000].map(roomFor)).toEqual([2, 2, 2, 4, 4, 8, 1024]);
});
