import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { asksForProbe, latencyWord, likelyReasons, pathStanding, youngFor } from './path-words.js';

type Path = Shape<'Path'>;
type Reason = NonNullable<Path['reason']>;
const reason = (code: Reason['code'], cause: string = code): Reason => ({ code, cause, fix: `mend ${code}` });

const way = (from: string, to: string, path: Path['path'], why: Reason | null = null) =>
  ({ node: { name: from }, peer: { name: to }, path, reason: why, stale: false }) as Path;

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
    const blocked = way('a', 'b', 'relayed', reason('path-udp-blocked', 'web-1 blocks UDP'));
    const silent = way('b', 'a', 'direct', reason('path-silent'));
    expect(likelyReasons([silent, blocked, way('c', 'a', 'direct'), blocked])).toMatchObject([
      { code: 'path-udp-blocked', cause: 'web-1 blocks UDP', fix: 'mend path-udp-blocked', word: 'relayed', count: 2 },
      { code: 'path-silent', word: 'silent', count: 1 },
    ]);
  });

  it('is not tried for one reason, in both directions and for all pairs', () => {
    const untried = (from: string, to: string) => way(from, to, 'none', reason('path-not-tried', `${from}, ${to}`));
    const both = [untried('a', 'b'), untried('b', 'a')];
    expect(likelyReasons(both)).toMatchObject([{ cause: 'a, b', word: 'not tried', count: 2, from: 'a', to: 'b' }]);
    const three = likelyReasons([...both, untried('c', 'a')]);
    expect(three).toMatchObject([{ cause: 'a, b; the same of one other pair', count: 3 }]);
  });

  it('is tried by a probe, whose line is filled in', () => {
    const fix = 'Send something, then look again after a minute: `orrery probe NODE --ping ADDRESS`.';
    expect(asksForProbe(fix)).toEqual({ fix: 'Send something, then look again after a minute.', isProbe: true });
    expect(asksForProbe('Allow UDP.')).toEqual({ fix: 'Allow UDP.', isProbe: false });
  });
});
