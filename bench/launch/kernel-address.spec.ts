import { describe, expect, it } from '@jest/globals';
import { hasLocal } from './kernel-address.js';

const TRIE = `Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.77.0.0/24 2 0 2
        |-- 10.77.0.0
           /24 link UNICAST
        |-- 10.77.0.12
           /32 host LOCAL
        |-- 10.77.0.255
           /32 link BROADCAST
`;

describe("the kernel's own addresses", () => {
  it('are the local ones, not routes or broadcast addresses', () => {
    expect(hasLocal(TRIE, '10.77.0.')).toBe(true);
    const without = TRIE.replace('|-- 10.77.0.12\n           /32 host LOCAL\n', '');
    expect(without).toContain('10.77.0.255');
    expect(hasLocal(without, '10.77.0.')).toBe(false);
  });

  it('are those of the requested network', () => {
    expect(hasLocal(TRIE, '10.78.0.')).toBe(false);
    expect(hasLocal(TRIE, '10.77.0.2')).toBe(false);
  });
});
