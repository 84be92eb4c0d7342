import { describe, expect, it } from '@jest/globals';
import type { Standing } from '../../parts/states.js';
import { listSentence } from './list-sentence.js';

const fine: Standing = { is: 'fine', word: 'online' };
const away: Standing = { is: 'away' };
const of = (count: number, standing: Standing) => Array.from({ length: count }, () => standing);

describe('the sentence about a list', () => {
  it.each<[string, Standing[]]>([
    ['No hosts yet', []],
    ['The one host is online', [fine]],
    ['Both hosts are online', of(2, fine)],
    ['All three hosts are online', of(3, fine)],
    ['All 12 hosts are online', of(12, fine)],
    ['One host is unreachable; the other host is online', [away, fine]],
    ['Two hosts are unreachable; the other seven are online', [...of(2, away), ...of(7, fine)]],
    ['2 hosts are unreachable; the other 10 are online', [...of(2, away), ...of(10, fine)]],
    [
      'One host is unreachable and two are paused; the other three are online',
      [...of(3, fine), ...of(2, { is: 'waiting', word: 'paused' }), away],
    ],
    ['One host never connected; the other two are online', [{ is: 'waiting', word: 'never connected' }, fine, fine]],
    ['Two hosts are unreachable', of(2, away)],
    ['One host failed; the other host is online', [{ is: 'failed' }, fine]],
  ])('is: %s', (sentence, standings) => {
    expect(listSentence(standings, 'host', 'online')).toBe(sentence);
  });

  it('names a state when the things in it have several words', () => {
    const waits = (word: string): Standing => ({ is: 'waiting', word });
    expect(listSentence([waits('address'), waits('interface')], 'membership', 'as wanted')).toBe(
      'Two memberships are waiting',
    );
  });
});
