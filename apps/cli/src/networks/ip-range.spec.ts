import { describe, expect, it } from '@jest/globals';
import { poolOfPrefix, poolOfRange } from './ip-range.js';

describe('the pool of a prefix', () => {
  it.each([
    ['10.1.2.0/24', '10.1.2.1', '10.1.2.254'],
    ['10.1.2.128/25', '10.1.2.129', '10.1.2.254'],
    ['172.16.0.0/12', '172.16.0.1', '172.31.255.254'],
    ['192.168.7.4/30', '192.168.7.5', '192.168.7.6'],
    ['0.0.0.0/0', '0.0.0.1', '255.255.255.254'],
  ])('of %s excludes the network and broadcast addresses', (prefix, start, end) => {
    expect(poolOfPrefix(prefix)).toEqual({ start, end });
  });

  it.each([
    ['10.1.2.4/31', '10.1.2.4', '10.1.2.5'],
    ['10.1.2.4/32', '10.1.2.4', '10.1.2.4'],
    ['fd00::8/127', 'fd00::8', 'fd00::9'],
    ['fd00::8/128', 'fd00::8', 'fd00::8'],
  ])('of %s is the whole prefix when it has no address to spare', (prefix, start, end) => {
    expect(poolOfPrefix(prefix)).toEqual({ start, end });
  });

  it.each([
    ['fd00:1:2:3::/64', 'fd00:1:2:3::1', 'fd00:1:2:3:ffff:ffff:ffff:ffff'],
    ['FD00:1::0:0/112', 'fd00:1::1', 'fd00:1::ffff'],
    ['::/0', '::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('of IPv6 (%s) includes the last address, because there is no broadcast', (prefix, start, end) => {
    expect(poolOfPrefix(prefix)).toEqual({ start, end });
  });

  it.each(['10.1.2.3/24', 'fd00::1/64', '10.1.2.0', '10.1.2.0/33', '10.1.2/24', 'fd00::/129', 'lab/24', ''])(
    'does not exist for "%s"',
    (text) => {
      expect(poolOfPrefix(text)).toBeUndefined();
    },
  );
});

describe('a pool from one address to another', () => {
  it('is of either family, and may be a single address', () => {
    expect(poolOfRange('10.1.2.10-10.1.2.99')).toEqual({ start: '10.1.2.10', end: '10.1.2.99' });
    expect(poolOfRange('fd00::a-fd00::ff')).toEqual({ start: 'fd00::a', end: 'fd00::ff' });
    expect(poolOfRange('10.1.2.9-10.1.2.9')).toEqual({ start: '10.1.2.9', end: '10.1.2.9' });
  });

  it.each(['10.1.2.99-10.1.2.10', '10.1.2.1-fd00::1', '10.1.2.1', '10.1.2.1-', '10.1.2.1-10.1.2.2-10.1.2.3', 'a-b'])(
    'is not "%s"',
    (text) => {
      expect(poolOfRange(text)).toBeUndefined();
    },
  );
});
