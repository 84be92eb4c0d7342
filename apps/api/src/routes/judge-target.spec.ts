import { describe, expect, it } from '@jest/globals';
import { checkCount, checkFree, checkTarget, halvesOf, isSingle } from './judge-target.js';

const lab = {
  name: 'lab',
  config: {
    pools: [{ start: '10.182.44.1', end: '10.182.44.254' }],
    routes: [
      { target: '10.182.44.0/24', via: null },
      { target: '10.9.0.0/16', via: '10.182.44.9' },
    ],
  },
  targets: ['192.168.10.0/24'],
};

describe('a prefix that routers bring into a network', () => {
  it.each(['192.168.20.0/24', '10.0.0.0/8', '172.16.0.0/12', '172.31.255.0/24', '100.64.0.0/10', '192.168.1.7/32'])(
    'is any private one: %s',
    (target) => expect(() => checkTarget(target)).not.toThrow(),
  );

  it.each([
    ['8.8.8.0/24', 'prefix-refused', 'not private'],
    ['172.32.0.0/16', 'prefix-refused', 'not private'],
    ['10.0.0.0/7', 'prefix-refused', 'not private'],
    ['127.0.0.0/8', 'prefix-refused', 'not private'],
    ['0.0.0.0/0', 'prefix-refused', 'everywhere'],
    ['128.0.0.0/1', 'prefix-refused', 'everywhere'],
    ['169.254.0.0/16', 'prefix-refused', 'link-local'],
    ['169.254.1.0/24', 'prefix-refused', 'link-local'],
    ['fd00::/64', 'prefix-refused', 'IPv6'],
    ['::/0', 'prefix-refused', 'IPv6'],
    ['192.168.10.20/24', 'prefix-refused', 'bits after its length'],
  ])('is not %s', (target, code, cause) => {
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(cause) });
    expect(() => checkTarget(target)).toThrow(refusal);
  });

  it('names the network of an address inside it', () => {
    const refusal = expect.objectContaining({ fix: expect.stringContaining('192.168.10.0/24') });
    expect(() => checkTarget('192.168.10.20/24')).toThrow(refusal);
  });
});

describe('a prefix is free', () => {
  it.each(['192.168.20.0/24', '192.168.11.0/24', '10.182.45.0/24', '10.8.0.0/16'])('beside the others: %s', (target) =>
    expect(() => checkFree(target, lab)).not.toThrow(),
  );

  it.each([
    ['10.182.44.0/25', '10.182.44.0/24, the addresses of lab itself'],
    ['10.182.0.0/16', '10.182.44.0/24, the addresses of lab itself'],
    ['10.9.1.0/24', '10.9.0.0/16, a route that somebody gave lab'],
    ['192.168.0.0/16', '192.168.10.0/24, which a router brings into lab'],
    ['192.168.10.128/25', '192.168.10.0/24, which a router brings into lab'],
  ])('unless it overlaps one of the network: %s', (target, other) => {
    const refusal = expect.objectContaining({ code: 'prefix-taken', message: `${target} overlaps ${other}` });
    expect(() => checkFree(target, lab)).toThrow(refusal);
  });

  it('unless it overlaps a pool to which no route leads', () => {
    const pools = [{ start: '172.16.0.10', end: '172.16.0.20' }];
    const bare = { ...lab, config: { pools, routes: [] } };
    expect(() => checkFree('172.16.0.16/30', bare)).toThrow(expect.objectContaining({ code: 'prefix-taken' }));
    expect(() => checkFree('172.16.0.32/30', bare)).not.toThrow();
  });
});

describe('the routes of a network', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `192.168.${index}.0/24`);

  it('are at most 32, of which one by routers counts twice, and a single address once', () => {
    expect(() => checkCount({ ...lab, targets: many(15) })).not.toThrow();
    expect(() => checkCount({ ...lab, targets: many(16) })).toThrow(
      expect.objectContaining({ code: 'too-many-routes', message: expect.stringContaining('34 routes') }),
    );
    const single = many(30).map((target) => target.replace('/24', '/32'));
    expect(() => checkCount({ ...lab, targets: single })).not.toThrow();
  });

  it('have halves, unless they are single addresses', () => {
    expect(halvesOf('192.168.10.0/24')).toEqual(['192.168.10.0/25', '192.168.10.128/25']);
    expect(halvesOf('10.0.0.0/8')).toEqual(['10.0.0.0/9', '10.128.0.0/9']);
    expect(halvesOf('192.168.1.6/31')).toEqual(['192.168.1.6/32', '192.168.1.7/32']);
    expect([isSingle('192.168.1.7/32'), isSingle('192.168.1.6/31')]).toEqual([true, false]);
  });
});
