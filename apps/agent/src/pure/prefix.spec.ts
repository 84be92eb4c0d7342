import { describe, expect, it } from '@jest/globals';
import { covers, isPrivate, parsePrefix } from './prefix.js';

const of = (text: string) => {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(`${text} is no prefix`);
  return prefix;
};

describe('prefixes', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.3/24', true],
    ['10.1.2.0/25', '10.1.2.3/24', false],
    ['10.1.2.0/24', '10.1.3.3/24', false],
    ['0.0.0.0/0', '10.1.2.3/24', true],
    ['fd00::/8', 'fd80:56c2::1/88', true],
    ['fd00::/8', '10.1.2.3/24', false],
  ])('%s covers %s: %s', (outer, inner, expected) => {
    expect(covers(of(outer), of(inner))).toBe(expected);
  });

  it.each([
    ['10.1.2.3/24', true],
    ['172.31.0.1/16', true],
    ['100.64.0.1/10', true],
    ['28.0.0.1/8', true],
    ['fd00::1/64', true],
    ['8.8.8.8/32', false],
    ['172.32.0.1/16', false],
    ['2001:db8::1/64', false],
  ])('%s is private: %s', (text, expected) => {
    expect(isPrivate(of(text))).toBe(expected);
  });

  it.each(['', '10.1.2/24', '10.1.2.3/33', '10.1.2.256', 'fd00::1::2', 'fd00:1', '10.1.2.3/x'])(
    '%s is none',
    (text) => {
      expect(parsePrefix(text)).toBeUndefined();
    },
  );
});
