import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { latencyWord, likelyReasons, pathStanding, youngFor } from './path-words.js';

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
    ['relayed so far', { path: 'relayed', reason: reason('path-not-tried'), stale: false }],
    ['last known: direct', { path: 'direct', reason: null, stale: true }],
  ])('is %s', (word, path) => expect(pathStanding(path).word).toBe(word));

  it('is looked at again when it is a minute old', () => {
    const since = '2026-11-30T07:15:34.000Z';
    const young = { path: 'relayed' as const, reason: reason('path-not-tried'), since };
    const after = (seconds: number) =>
      youngFor([young, { ...young, path: 'none' }], Date.parse(since) + seconds * 1000);
    expect([14, 59, 300, -600].map(after)).toEqual([46_000, 5000, 5000, 60_000]);
    expect(youngFor([{ ...young, reason: null }], Date.parse(since))).toBeUndefined();
  });

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
