import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { judgePath, type PathNode, type SeenPath } from './judge-path.js';

const hosts = [
  { id: newId('hst'), name: 'web-1' },
  { id: newId('hst'), name: 'web-2' },
] as const;
const aNode = (name: string, more: Partial<PathNode> = {}): PathNode => ({
  ...{ id: newId('nod'), name, kind: 'container', host: hosts[0], simulated: false, address: `${name}-address` },
  ...{ isUp: true, arePeersKnown: true, isAway: false, isSettled: true, isAttached: false },
  ...{ hasRoot: true, isUdpBlocked: false, ports: 1 },
  ...more,
});
const a = aNode('a');
const b = aNode('b', { host: hosts[1] });
const direct: SeenPath = {
  ...{ path: 'direct', endpoint: '192.0.2.1/9993', latencyMs: 3, since: '2026-01-01T00:00:00.000Z', isYoung: false },
  silentSince: null,
};
const relayed: SeenPath = { ...direct, path: 'relayed', endpoint: null };
const codeOf = (...args: Parameters<typeof judgePath>) => judgePath(...args).reason?.code ?? null;

describe('the view of a node', () => {
  it('is what it reports, with its figures; and direct has no reason', () => {
    expect(judgePath(a, b, direct, direct)).toMatchObject({
      ...{ path: 'direct', endpoint: '192.0.2.1/9993', latencyMs: 3, since: direct.since, reason: null },
      ...{ stale: false, disagrees: false },
    });
  });

  it('is none when it lists its peers without this one, and unknown when nobody could look', () => {
    expect(judgePath(a, b).path).toBe('none');
    for (const [node, peer] of [
      [aNode('a', { isUp: false }), b],
      [aNode('a', { arePeersKnown: false }), b],
      [a, aNode('b', { address: null })],
    ] as const)
      expect(judgePath(node, peer)).toMatchObject({ path: 'unknown', reason: null, disagrees: false, since: null });
  });

  it('is not shown as current when its host is away', () => {
    expect(judgePath(aNode('a', { isAway: true }), b, direct)).toMatchObject({ path: 'direct', stale: true });
  });

  it('disagrees with the other when only one of them is direct, and both are known', () => {
    expect(judgePath(a, b, direct, relayed).disagrees).toBe(true);
    expect(judgePath(a, b, undefined, direct).disagrees).toBe(true);
    expect(judgePath(a, b, relayed, undefined).disagrees).toBe(false);
    expect(judgePath(a, aNode('b', { isUp: false }), direct).disagrees).toBe(false);
  });
});

describe('a direct path along which nothing comes back', () => {
  const silent: SeenPath = { ...direct, silentSince: '2026-01-01T00:01:00.000Z' };

  it('is called silent', () => {
    expect(judgePath(a, b, silent, direct)).toMatchObject({
      path: 'direct',
      reason: { code: 'path-silent', cause: 'a sends to b at 192.0.2.1/9993, and nothing comes back' },
    });
  });

  it('is not, when the peer is down or one of the two hosts is not heard from', () => {
    expect(codeOf(a, aNode('b', { host: hosts[1], isUp: false }), silent)).toBeNull();
    expect(codeOf(a, aNode('b', { host: hosts[1], isAway: true }), silent)).toBeNull();
    expect(codeOf(aNode('a', { isAway: true }), b, silent)).toBeNull();
  });
});

describe('the reason why a path is not direct', () => {
  it('is blocked UDP when a finding says so of either side, or a settled node reaches no root', () => {
    expect(codeOf(a, aNode('b', { isUdpBlocked: true }), relayed)).toBe('path-udp-blocked');
    expect(judgePath(aNode('a', { hasRoot: false }), b).reason).toMatchObject({
      code: 'path-udp-blocked',
      cause: 'a reaches no root over UDP',
    });
    for (const more of [{ isSettled: false }, { isAway: true }, { arePeersKnown: false }])
      expect(codeOf(a, aNode('b', { host: hosts[1], hasRoot: false, ...more }), relayed)).toBeNull();
  });

  it('is the closed bridge between two containers of one host, and not where one is elsewhere', () => {
    expect(codeOf(a, aNode('c'), relayed)).toBe('path-bridge-closed');
    for (const other of [b, aNode('c', { kind: 'host' }), aNode('c', { isAttached: true })])
      expect(codeOf(a, other, relayed)).toBeNull();
  });

  it('is that nothing was tried when there is no path yet, or one that is younger than a minute', () => {
    expect(codeOf(a, b)).toBe('path-not-tried');
    expect(codeOf(a, b, { ...relayed, isYoung: true })).toBe('path-not-tried');
  });

  it('is a symmetric NAT when others reach a node at more ports of one address than a daemon opens', () => {
    expect(codeOf(a, aNode('b', { host: hosts[1], ports: 4 }), relayed)).toBe('path-symmetric-nat');
    expect(codeOf(a, aNode('b', { host: hosts[1], ports: 3 }), relayed)).toBeNull();
  });
});
