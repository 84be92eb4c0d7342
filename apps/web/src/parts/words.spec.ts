import { describe, expect, it } from '@jest/globals';
import { clauseCapital } from './words.js';

describe('a clause at the beginning', () => {
  it.each([
    ['container web-1/taken exists', 'Container web-1/taken exists'],
    ['edge-1 still has one container', 'edge-1 still has one container'],
    ['zerotier-one does not answer', 'zerotier-one does not answer'],
    ['192.168.10.1/24 has bits after its length', '192.168.10.1/24 has bits after its length'],
  ])('of "%s" is written "%s"', (clause, said) => expect(clauseCapital(clause)).toBe(said));
});
