import { describe, expect, it } from '@jest/globals';
import { MAX_OVERLAPS } from '@orrery/shared/contracts';
import { routeOverlaps } from './free-pool.js';

const all = (host: string) => `name of ${host}`;
const overlaps = (targets: string[], ...prefixes: string[]) => routeOverlaps(targets, [{ by: 'a', prefixes }], all);

describe('a network with a given pool', () => {
  it.each([
    ['the same prefix', '10.44.0.0/24'],
    ['a prefix around it', '10.0.0.0/8'],
    ['a prefix around it, written with one of its hosts', '10.44.9.9/16'],
    ['a part of it', '10.44.0.128/25'],
    ['one address of it', '10.44.0.7/32'],
  ])('overlaps the routes of a host that has %s', (_, prefix) => {
    expect(overlaps(['10.44.0.0/24'], prefix)).toEqual([{ target: '10.44.0.0/24', host: 'name of a', prefix }]);
  });

  it.each([
    ['a prefix beside it', '10.44.1.0/24'],
    ['another family', 'fd00::/8'],
    ['half of the default route', '0.0.0.0/1'],
  ])('does not overlap those of a host that has %s', (_, prefix) => {
    expect(overlaps(['10.44.0.0/24'], prefix)).toEqual([]);
  });

  it('is compared for IPv6 as well', () => {
    expect(overlaps(['fd12:3456::/64'], 'fd12:3400::/24', '::/1')).toMatchObject([{ prefix: 'fd12:3400::/24' }]);
    expect(overlaps(['fd12:3456::/64'], 'fd13::/24')).toEqual([]);
  });

  it('names each host once, with the widest of its prefixes, and no more hosts than the answer can hold', () => {
    const prefixes = ['10.44.0.0/24', '10.0.0.0/8', '10.44.0.0/16'];
    expect(overlaps(['10.44.0.0/24', '10.45.0.0/24'], ...prefixes)).toMatchObject([{ prefix: '10.0.0.0/8' }]);
    const many = Array.from({ length: MAX_OVERLAPS + 5 }, (_, at) => ({ by: `h${at}`, prefixes }));
    expect(routeOverlaps(['10.44.0.0/24'], many, all)).toHaveLength(MAX_OVERLAPS);
  });

  it('reveals neither the name nor a prefix of a host that the token does not see', () => {
    expect(routeOverlaps(['10.44.0.0/24'], [{ by: 'a', prefixes: ['10.0.0.0/8'] }], () => undefined)).toEqual([
      { target: '10.44.0.0/24', host: null, prefix: null },
    ]);
  });
});
