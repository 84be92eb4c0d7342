import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BlockList, isIP } from 'node:net';
import { Cidr } from '../contracts/ids.js';
import {
  contains,
  covers,
  firstOf,
  formatAddress,
  formatPrefix,
  hostBits,
  isSameNetwork,
  lastOf,
  overlaps,
  parseAddress,
  parsePrefix,
  unmapped,
  type Address,
  type Prefix,
} from './prefix.js';

const of = (text: string): Prefix => {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(`${text} is not a prefix`);
  return prefix;
};

const address = fc.oneof(
  fc.bigInt(0n, 2n ** 32n - 1n).map((value): Address => ({ version: 4, value })),
  fc.bigInt(0n, 2n ** 128n - 1n).map((value): Address => ({ version: 6, value })),
  // Long runs of zeros, which `::` replaces.
  fc
    .tuple(fc.bigInt(0n, 0xffffn), fc.nat(7))
    .map(([group, at]): Address => ({ version: 6, value: group << BigInt(16 * at) })),
);
const prefix = address.chain((one) => fc.nat(one.version === 4 ? 32 : 128).map((bits): Prefix => ({ ...one, bits })));
/** Two prefixes that are often close to each other. */
const pair = prefix.chain((one) =>
  fc.tuple(
    fc.constant(one),
    fc.oneof(
      prefix,
      fc
        .tuple(fc.nat(one.version === 4 ? 31 : 127), fc.nat(one.version === 4 ? 32 : 128))
        .map(([bit, bits]): Prefix => ({ ...one, bits, value: one.value ^ (1n << BigInt(bit)) })),
    ),
  ),
);

const BYTE = fc.oneof(
  fc.nat(255).map(String),
  fc.constantFrom('256', '00', '01', '010', '0x7f', '0377', '', '1e1', ' 1'),
);
const GROUP = fc.oneof(fc.stringMatching(/^[0-9a-fA-F]{0,5}$/), fc.constant('0'), fc.constant('g'));
const written = fc.oneof(
  fc.array(BYTE, { minLength: 1, maxLength: 5 }).map((bytes) => bytes.join('.')),
  fc.array(GROUP, { minLength: 1, maxLength: 9 }).map((groups) => groups.join(':')),
  fc
    .tuple(fc.array(GROUP, { maxLength: 8 }), fc.array(BYTE, { minLength: 3, maxLength: 5 }))
    .map(([groups, bytes]) => `${groups.join(':')}${groups.length % 2 ? ':' : '::'}${bytes.join('.')}`),
  address.map(formatAddress),
  fc.string(),
);

describe('an address', () => {
  it('is what Node accepts as one, except for zones', () => {
    fc.assert(
      fc.property(written, (text) => {
        const version = text.includes('%') ? 0 : isIP(text);
        expect(parseAddress(text)?.version ?? 0).toBe(version);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same number after formatting, in the spelling of the platform', () => {
    fc.assert(
      fc.property(address, (one) => {
        const text = formatAddress(one);
        expect(parseAddress(text)).toEqual(one);
        if (one.version === 6) expect(`[${text}]`).toBe(new URL(`http://[${text}]`).hostname);
      }),
    );
  });

  it.each([
    ['10.1.2.3', 0x0a010203n],
    ['fd00::1', (0xfd00n << 112n) | 1n],
    ['FD00:0:0::0001', (0xfd00n << 112n) | 1n],
    ['::ffff:1.2.3.4', 0xffff_0102_0304n],
    ['::1.2.3.4', 0x0102_0304n],
  ])('%s is %s', (text, value) => expect(parseAddress(text)?.value).toBe(value));

  it.each([
    ...['2130706433', '0x7f000001', '0177.0.0.1', '127.1', '127.0.1', '010.0.0.1', '10.0.0.256', '1.2.3.4.5'],
    ...['fe80::1%eth0', '::ffff:01.2.3.4', '::ffff:1.2.3', '[::1]', ':1', '1:', ':::', '1::2::3', '10.0.0.1/32'],
    ...['', ' 10.0.0.1', '10.0.0.1\n', 'localhost', '١٠.0.0.1'],
  ])('is not %j', (text) => expect(parseAddress(text)).toBeUndefined());

  it('of IPv4 is itself when wrapped in IPv6', () => {
    expect(formatAddress(unmapped(of('::ffff:127.0.0.1')))).toBe('127.0.0.1');
    expect(formatAddress(unmapped(of('::ffff:7f00:1')))).toBe('127.0.0.1');
    for (const other of ['::7f00:1', 'fd00::1', '10.0.0.1', '::fffe:7f00:1'])
      expect(formatAddress(unmapped(of(other)))).toBe(other);
  });
});

describe('a prefix', () => {
  it.each([
    ...['', '10.1.2/24', '10.1.2.3/33', 'fd00::/129', '10.1.2.3/x', '10.1.2.0/24/8', '10.0.0.0/-1', '10.0.0.0/ 8'],
    ...['10.0.0.0/', 'fd00::/', '10.0.0.0/0x8', '10.0.0.0/08', '10.0.0.0/8.0', '10.0.0.0/1e1', '10.0.0.0/+8', '/8'],
  ])('is not %j', (text) => expect(parsePrefix(text)).toBeUndefined());

  it('is an address with a valid length, or an address alone', () => {
    expect(of('10.1.2.3/24')).toEqual({ version: 4, value: 0x0a010203n, bits: 24 });
    expect(of('10.1.2.3')).toEqual(of('10.1.2.3/32'));
    expect(of('fd00::1')).toEqual(of('fd00::1/128'));
    expect([of('0.0.0.0/0').bits, of('::/0').bits]).toEqual([0, 0]);
  });

  it('with a length is what the contracts accept', () => {
    const length = fc.oneof(fc.nat(140).map(String), fc.constantFrom('', '0x8', '08', '8 ', '-1', '24/8'));
    fc.assert(
      fc.property(written, length, (text, bits) => {
        const whole = `${text}/${bits}`;
        expect(parsePrefix(whole) !== undefined).toBe(Cidr.safeParse(whole).success);
      }),
      { numRuns: 2000 },
    );
  });

  it('is formatted as its network, and still the same network', () => {
    expect(formatPrefix(of('10.1.2.3/24'))).toBe('10.1.2.0/24');
    expect(formatPrefix(of('FD00:0::1/64'))).toBe('fd00::/64');
    fc.assert(
      fc.property(prefix, (one) => {
        const again = of(formatPrefix(one));
        expect(isSameNetwork(again, one)).toBe(true);
        expect(again.value).toBe(firstOf(one).value);
      }),
    );
  });

  it('spans from its first address to its last, which share its bits and no others', () => {
    fc.assert(
      fc.property(prefix, (one) => {
        const [first, last] = [firstOf(one).value, lastOf(one).value];
        expect(last - first + 1n).toBe(2n ** hostBits(one));
        expect(first <= one.value && one.value <= last).toBe(true);
        expect(first % 2n ** hostBits(one)).toBe(0n);
      }),
    );
  });

  it('contains an address when the block list of Node does', () => {
    fc.assert(
      fc.property(pair, ([one, { version, value }]) => {
        const other: Address = { version, value };
        // Node's list also finds IPv4 inside IPv6; here families are never compared.
        fc.pre(one.version === version && unmapped(other).version === version && unmapped(one).version === version);
        const family = version === 4 ? 'ipv4' : 'ipv6';
        const list = new BlockList();
        list.addSubnet(formatAddress(one), one.bits, family);
        expect(contains(one, other)).toBe(list.check(formatAddress(other), family));
      }),
    );
  });

  it('covers and overlaps another as their numeric ranges do', () => {
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const [from, to, start, end] = [firstOf(one), lastOf(one), firstOf(other), lastOf(other)].map(
          ({ value }) => value,
        ) as [bigint, bigint, bigint, bigint];
        const isOneFamily = one.version === other.version;
        expect(covers(one, other)).toBe(isOneFamily && from <= start && end <= to);
        expect(overlaps(one, other)).toBe(isOneFamily && from <= end && start <= to);
        expect(isSameNetwork(one, other)).toBe(isOneFamily && from === start && to === end);
      }),
    );
  });
});
