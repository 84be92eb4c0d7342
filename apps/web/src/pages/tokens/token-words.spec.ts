import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { scopeWord, tokensSentence } from './token-words.js';

type Token = Shape<'ApiToken'>;
const NOBODY: Token = {
  ...{ id: 'tok_a', name: 'anna', role: 'admin', scope: null, prefix: 'ora_ab', state: 'valid', by: 'admin' },
  ...{ createdAt: '2026-01-31T12:00:00Z', expiresAt: null, lastUsedAt: null },
};
const token = (more: Partial<Token> = {}): Token => ({ ...NOBODY, ...more });

describe('tokens in words', () => {
  it.each<[string, Token[]]>([
    ['No tokens yet', []],
    ['One token opens this Orrery; it can change everything', [token()]],
    ['Two tokens open this Orrery; one can change everything', [token(), token({ role: 'viewer' })]],
    [
      'One token opens this Orrery; none can change everything',
      [token({ scope: { hosts: 'site=cloud', networks: null } })],
    ],
  ])('are counted: %s', (sentence, tokens) => expect(tokensSentence(tokens)).toBe(sentence));

  it('name the hosts and networks of a scope', () => {
    const names = new Map([['8056c2e21c000001', 'lab']]);
    expect(scopeWord(null, names)).toBe('everything');
    expect(scopeWord({ hosts: 'site=cloud', networks: ['8056c2e21c000001'] }, names)).toBe(
      'hosts site=cloud; networks lab',
    );
  });
});
