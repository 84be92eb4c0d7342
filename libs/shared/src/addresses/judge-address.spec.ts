import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeAddress } from './judge-address.js';

const NEVER = [
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '168.63.129.16',
  '192.0.0.192',
  '224.0.0.251',
  '255.255.255.255',
];
const LOOPBACK = ['127.0.0.1', '127.8.8.8'];
const PRIVATE = ['10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '192.0.2.1', '198.18.0.1', '203.0.113.7'];
const PUBLIC = ['1.1.1.1', '8.8.8.8', '29.44.1.2', '172.32.0.1', '100.63.0.1'];

/** The same address wrapped in IPv6: mapped, in both spellings; behind a translator; in 6to4. */
function dressed(ipv4: string): string[] {
  const hex = ipv4.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
  return [`::ffff:${ipv4}`, `::ffff:${groups}`, `0:0:0:0:0:FFFF:${groups}`, `64:ff9b::${ipv4}`, `2002:${groups}::1`];
}

describe('an address', () => {
  it.each([
    ...NEVER.map((address) => [address, 'never']),
    ...LOOPBACK.map((address) => [address, 'loopback']),
    ...PRIVATE.map((address) => [address, 'private']),
    ...PUBLIC.map((address) => [address, 'public']),
  ])('%s is %s, plain and wrapped in IPv6', (address, reach) => {
    for (const one of [address, ...dressed(address)]) expect([one, judgeAddress(one).reach]).toEqual([one, reach]);
  });

  it.each([
    ...[
      '::',
      'fe80::1',
      'febf::1',
      'ff02::fb',
      'fd00:ec2::254',
      'fd20:ce::254',
      '2001::1',
      '64:ff9b:1::1',
      '::1.2.3.4',
    ].map((address) => [address, 'never']),
    ['::1', 'loopback'],
    ...['fd00::1', 'fc12:3456::1', 'fec0::1', '2001:db8::1', '4000::1', '100::1', '5f00::1'].map((address) => [
      address,
      'private',
    ]),
    ...['2606:4700::1111', '2a00:1450:4001::1'].map((address) => [address, 'public']),
  ])('%s is %s', (address, reach) => expect(judgeAddress(address).reach).toBe(reach));

  it('is never when the text cannot be read as an address', () => {
    const odd = ['2130706433', '0x7f000001', '0177.0.0.1', '127.1', 'fe80::1%eth0', '', 'localhost', '8.8.8.8/32'];
    for (const text of odd) expect(judgeAddress(text).reach).toBe('never');
    fc.assert(fc.property(fc.string(), (text) => void expect(judgeAddress(text).what).not.toBe('')));
  });
});
