import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { latencyWord, likelyReasons, pathStanding } from './path-words.js';

type Path = Shape<'Path'>;
type Reason = NonNullable<Path['reason']>;
const reason = (code: Reason['code'], cause: string = code): Reason => ({ code, cause, fix: `mend ${code}` });

describe('a path in words', () => {
  it.each<[string, Parameters<typeof pathStanding>[0]]>([
    ['direct', { path: 'direct', reason: null, stale: false }],
    ['relayed', { path: 'relayed', reason: reason('path-udp-blocked'), stale: false }],
    ['silent', { path: 'direct', reason: reason('path-silent'), stale: false }],
    ['none', { path: 'none', reason: reason('path-udp-blocked'), stale: false }],
    ['not tried', { path: 'none', reason: reason('path-not-tried'), stale: false }],
    ['last known: direct', { path: 'direct', reason: null, stale: true }],
  ])('is %s', (word, path) => expect(pathStanding(path).word).toBe(word));

  it('has its latency as people read it', () => {
    expect([null, 0.42, 3, 12.6, 1500].map(latencyWord)).toEqual(['–', '0.4 ms', '3 ms', '13 ms', '1,500 ms']);
  });

  it('shares its likely reason with others, and what explains most comes first', () => {
    const one = { reason: reason('path-not-tried') } as Path;
    const other = { reason: reason('path-udp-blocked', 'web-1 blocks UDP') } as Path;
    expect(likelyReasons([one, other, { reason: null } as Path, other])).toEqual([
      { code: 'path-udp-blocked', cause: 'web-1 blocks UDP', fix: 'mend path-udp-blocked', count: 2 },
      { code: 'path-not-tried', cause: 'path-not-tried', fix: 'mend path-not-tried', count: 1 },
    ]);
  });
});
