import { describe, expect, it } from '@jest/globals';
import { contains, formatIp, formatPrefix, parseIp, parsePrefix, scopeOf } from './inet.js';

const ip = (text: string) => parseIp(text) ?? fail(text);
const prefix = (text: string) => parsePrefix(text) ?? fail(text);
const fail = (text: string): never => {
  throw new Error(`${text} should parse`);
};

describe('IP addresses and prefixes', () => {
  it.each(['10.99.0.70', '0.0.0.0', '255.255.255.255', 'fd00::1', '::1', 'fe80::a:b', '1:2:3:4:5:6:7:8', '1::'])(
    'formats %s as it was parsed',
    (text) => {
      expect(formatIp(ip(text))).toBe(text);
    },
  );

  it.each(['nonsense', '10.0.0', '10.0.0.256', '1:2:3', ':::', '1::2::3', '1:2:3:4:5:6:7:8:9', 'g::1', ''])(
    'does not parse %p',
    (text) => {
      expect(parseIp(text)).toBeUndefined();
    },
  );

  it('parses a prefix only with a valid length', () => {
    expect(formatPrefix(prefix('10.0.0.0/24'))).toBe('10.0.0.0/24');
    expect(parsePrefix('10.0.0.0/33')).toBeUndefined();
    expect(parsePrefix('fd00::/129')).toBeUndefined();
    expect(parsePrefix('10.0.0.0')).toBeUndefined();
    expect(parsePrefix('bogus')).toBeUndefined();
  });

  it('knows what a prefix contains, and keeps families apart', () => {
    expect(contains(prefix('10.99.0.0/24'), ip('10.99.0.255'))).toBe(true);
    expect(contains(prefix('10.99.0.0/24'), ip('10.99.1.0'))).toBe(false);
    expect(contains(prefix('0.0.0.0/0'), ip('8.8.8.8'))).toBe(true);
    expect(contains(prefix('::/0'), ip('8.8.8.8'))).toBe(false);
  });

  it.each([
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['fd00::1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['8.8.8.8', 'global'],
    ['2001:db8::1', 'global'],
  ])('classifies %s as %s', (text, scope) => {
    expect(scopeOf(ip(text))).toBe(scope);
  });
});
