import { describe, expect, it } from '@jest/globals';
import { chooseAddress, fixedAddresses } from './fixed-addresses.js';

const of = (subnet: string) => {
  const found = fixedAddresses(subnet);
  if (!found) throw new Error('no addresses');
  return found;
};

describe('fixed addresses on a bridge', () => {
  it('are the upper half of its subnet; the engine keeps the lower', () => {
    const { config, ...range } = of('172.18.0.0/16');
    expect(config).toEqual({ Subnet: '172.18.0.0/16', IPRange: '172.18.0.0/17', Gateway: '172.18.0.1' });
    expect(chooseAddress('0000000000', { config, ...range }, new Set())).toBe('172.18.128.0');
    const highest = (range.last - range.first).toString(16);
    expect(chooseAddress(highest, { config, ...range }, new Set())).toBe('172.18.255.254');
  });

  it.each([undefined, '', 'fd00::/64', '10.0.0.0/27', '10.0.0.0/4', '10.0.0.0'])('are none in %s', (subnet) => {
    expect(fixedAddresses(subnet)).toBeUndefined();
  });

  it('follow from the address of the node, and avoid those that are taken', () => {
    const small = of('10.9.8.0/26');
    const first = chooseAddress('3a4f1af7fa', small, new Set());
    expect(first).toMatch(/^10\.9\.8\.(3[2-9]|[45]\d|6[0-2])$/);
    expect(chooseAddress('3a4f1af7fa', small, new Set())).toBe(first);
    const next = chooseAddress('3a4f1af7fa', small, new Set([first ?? '']));
    expect(next).not.toBe(first);
    const all = new Set(Array.from({ length: 64 }, (_, at) => `10.9.8.${at}`));
    expect(chooseAddress('3a4f1af7fa', small, all)).toBeUndefined();
  });
});
