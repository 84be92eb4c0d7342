import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cidr, CommandId, controllerOf, HostId, idFrom, interfaceName, Name, NetworkId, NodeAddress } from './ids.js';

describe('an id', () => {
  it('is its prefix and 20 characters that are safe in a NATS subject and a URL', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 40 }), (random) => {
        const id = idFrom('hst', random);
        expect(id).toMatch(/^hst_[a-z2-7]{20}$/);
        expect(HostId.parse(id)).toBe(id);
        expect(encodeURIComponent(id)).toBe(id);
        expect(CommandId.safeParse(id).success).toBe(false);
      }),
    );
  });

  it('uses all the randomness that it can: other bytes give another ID', () => {
    const bytes = new Uint8Array(20);
    const seen = new Set<string>();
    for (let at = 0; at < 20; at++)
      for (let value = 0; value < 32; value++)
        seen.add(idFrom('cmd', Object.assign(new Uint8Array(bytes), { [at]: value })));
    expect(seen.size).toBe(20 * 31 + 1);
  });

  it('names the expected form in the error', () => {
    const { error } = CommandId.safeParse('cmd_nope');
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'must be an ID: cmd_ and 20 characters of a-z and 2-7',
    ]);
  });

  it('needs 20 bytes', () => {
    expect(() => idFrom('hst', new Uint8Array(19))).toThrow(RangeError);
  });

  it.each([
    'hst_',
    'hst_aaaaaaaaaaaaaaaaaaa',
    'hst_aaaaaaaaaaaaaaaaaaaaa',
    'hst_aaaaaaaaaaaaaaaaaaa1',
    'hst_AAAAAAAAAAAAAAAAAAAA',
    'hst_aaaaaaaaaaaaaaaaaaaa\n',
    'hst.aaaaaaaaaaaaaaaaaaaa',
    '*',
    '>',
  ])('is not %j', (text) => {
    expect(HostId.safeParse(text).success).toBe(false);
  });
});

describe('interfaceName', () => {
  it.each([
    ['8056c2e21c000001', 'ztmjfmfyq5'],
    ['8613c47a541ea8a2', 'zt7rd5vuxw'],
  ])('of %s is the %s that zerotier-one uses', (network, device) => {
    expect(interfaceName(network)).toBe(device);
  });

  it('is a valid device name on Linux for any network', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{16}$/);
    fc.assert(fc.property(hex, (network) => void expect(interfaceName(network)).toMatch(/^zt[a-z2-7]{8}$/)));
  });
});

describe('references of ZeroTier', () => {
  it('find the controller of a network in its first ten digits', () => {
    expect(NodeAddress.parse(controllerOf('8056c2e21c000001'))).toBe('8056c2e21c');
  });

  it.each(['8056C2E21C000001', '8056c2e21c00001', '8056c2e21c0000011', 'g056c2e21c000001', '8056c2e21c000001\n'])(
    'do not accept %j as a network',
    (text) => {
      expect(NetworkId.safeParse(text).success).toBe(false);
    },
  );

  it.each(['10.0.0.0/8', 'fd00::/8', '0.0.0.0/0'])('accept %s as a prefix', (text) => {
    expect(Cidr.safeParse(text).success).toBe(true);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/8,1.2.3.0/24', '10.0.0.0/8\nallowGlobal=1'])(
    'do not accept %j as a prefix',
    (text) => {
      expect(Cidr.safeParse(text).success).toBe(false);
    },
  );
});

describe('a name', () => {
  it.each(['a', 'web-1', '0', 'a'.repeat(63)])('may be %s', (text) => {
    expect(Name.safeParse(text).success).toBe(true);
  });

  it.each(['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a/b', '../x', 'a'.repeat(64), 'a\n'])('may not be %j', (text) => {
    expect(Name.safeParse(text).success).toBe(false);
  });
});
