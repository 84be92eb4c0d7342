import { describe, expect, it } from '@jest/globals';
import { interfaceName, type RouterWay } from '@orrery/shared/contracts';
import fc from 'fast-check';
import { rulesIn, tableOf } from './router-table.js';

const NETWORK = '8056c2e21c000001';
const way = (...prefixes: string[]): RouterWay => ({ network: NETWORK, prefixes });
const setsOf = (text: string) => [...text.matchAll(/ip [sd]addr \{ ([^}]*) \}/g)].map(([, set]) => set);

describe('the text of the table', () => {
  it('replaces the whole table, drops what it does not name, and masquerades what it lets through', () => {
    expect(interfaceName(NETWORK)).toBe('ztmjfmfyq5');
    expect(tableOf([way('192.168.10.0/24')])).toBe(`add table ip orrery
delete table ip orrery
table ip orrery {
  chain forward {
    type filter hook forward priority 0; policy drop;
    tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu comment "orrery"
    iifname "ztmjfmfyq5" oifname != "zt*" ip daddr { 192.168.10.0/24 } ct state { new, established, related } meta mark set 0x6f727279 accept comment "orrery"
    iifname != "zt*" oifname "ztmjfmfyq5" ip saddr { 192.168.10.0/24 } ct state established accept comment "orrery"
    iifname != "zt*" oifname "ztmjfmfyq5" ct state related meta l4proto icmp accept comment "orrery"
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    meta mark 0x6f727279 masquerade comment "orrery"
  }
}
`);
  });

  it('accepts nothing without ways', () => {
    expect(tableOf([])).not.toContain('accept comment');
    expect(tableOf([])).toContain('policy drop');
  });

  it('writes prefixes as networks, sorted, and none that another one covers', () => {
    expect(setsOf(tableOf([way('192.168.10.77/24', '10.1.0.0/16', '10.1.2.0/24', '192.168.10.0/24')]))).toEqual([
      ...['10.1.0.0/16, 192.168.10.0/24', '10.1.0.0/16, 192.168.10.0/24'],
    ]);
  });

  it.each([
    ...['fd00::/8', '192.168.10.0/33', '0xc0a80a00/24', '192.168.10.0/24 }; flush ruleset; {', 'accept', ''],
    ...['192.168.10.0/24\naccept', '192.168.10.0/24, 10.0.0.0/8', '$x', '::ffff:192.168.10.0/120'],
  ])('takes no prefix such as %j', (prefix) => {
    expect(() => tableOf([way(prefix)])).toThrow('is not an IPv4 prefix');
    expect(() => tableOf([way('192.168.10.0/24', prefix)])).toThrow('is not an IPv4 prefix');
  });

  it('takes no way without prefixes, which would be one to everywhere', () => {
    expect(() => tableOf([way()])).toThrow('without prefixes');
  });

  it('has as many rules as it says, and no word but its own in 500 texts', () => {
    const cidr = fc
      .tuple(fc.integer({ min: 0, max: 0xff_ff_ff_ff }), fc.integer({ min: 0, max: 32 }))
      .map(([value, bits]) => `${[24, 16, 8, 0].map((by) => (value >>> by) & 255).join('.')}/${bits}`);
    const ways = fc.array(
      fc.record({
        network: fc.stringMatching(/^[0-9a-f]{16}$/),
        prefixes: fc.array(fc.oneof(cidr, cidr, fc.string()), { minLength: 1, maxLength: 5 }),
      }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(ways, (some) => {
        let text: string;
        try {
          text = tableOf(some);
        } catch (error) {
          expect((error as Error).message).toContain('is not an IPv4 prefix');
          return;
        }
        expect(text.match(/comment "orrery"$/gm)).toHaveLength(rulesIn(some));
        const rest = text.replaceAll(/\{ [\d./, ]+ \}/g, '{}').replaceAll(/"zt[a-z2-7]{8}"/g, '"zt"');
        const empty = tableOf(some.map(({ network }) => ({ network, prefixes: ['10.0.0.0/8'] })));
        expect(rest).toBe(empty.replaceAll('{ 10.0.0.0/8 }', '{}').replaceAll(/"zt[a-z2-7]{8}"/g, '"zt"'));
      }),
      { numRuns: 500 },
    );
  });
});
