import { describe, expect, it } from '@jest/globals';
import { asList } from './as-list.js';
import { crowdsIn } from './crowds.js';
import { neighbor } from './keys.js';
import { GLIDE_MS, moves, standBetween, standIn } from './glide.js';
import { sampleTopology } from './sample-topology.js';
import { sayHost, sayPicture } from './say.js';
import { sceneOf } from './scene.js';
import { type Topology } from './topology.js';

const small: Topology = {
  at: '2026-11-30T14:06:23.000Z',
  hosts: [
    { id: 'h1', name: 'web-1', site: 'cloud', state: 'fine' },
    { id: 'h2', name: 'nas-1', site: null, state: 'away', why: 'not heard since 13:51' },
  ],
  nodes: [
    { id: 'n1', host: 'h1', name: 'web-1', kind: 'host', address: 'aaaaaaaaaa', state: 'fine' },
    { id: 'n2', host: 'h1', name: 'web-1/demo', kind: 'container', address: 'bbbbbbbbbb', state: 'fine' },
    { id: 'n3', host: 'h2', name: 'nas-1', kind: 'host', address: 'cccccccccc', state: 'away' },
  ],
  networks: [{ id: '3e92c1f0a7000001', name: 'shop', controller: 'c1', kept: true }],
  memberships: [
    { node: 'n1', network: '3e92c1f0a7000001', state: 'fine', addresses: ['10.147.17.8'] },
    { node: 'n2', network: '3e92c1f0a7000001', state: 'waiting', addresses: [], why: 'nobody decided' },
    { node: 'n1', network: 'ffffffffff000001', state: 'fine', addresses: [] },
  ],
  controllers: [{ id: 'c1', name: 'web-1/controller', node: null, kind: 'self-hosted', state: 'fine' }],
  paths: [
    { node: 'n1', peer: 'cccccccccc', path: 'direct', ms: 9.4 },
    { node: 'n2', peer: 'cccccccccc', path: 'relayed', ms: 56.94 },
    { node: 'n1', peer: 'bbbbbbbbbb', path: 'direct', ms: 0.1 },
    { node: 'n1', peer: 'dddddddddd', path: 'direct', ms: 1 },
    { node: 'n3', peer: 'aaaaaaaaaa', path: 'none' },
  ],
};

describe('a scene', () => {
  const scene = sceneOf(small);

  it('gives a host the worst state of itself, its nodes and their memberships, and why', () => {
    expect(scene.byId.get('h1')).toMatchObject({ own: 'fine', state: 'waiting', why: 'demo: nobody decided' });
    expect(scene.byId.get('h1')?.nodes.map(({ label, state }) => [label, state])).toEqual([
      ['own daemon', 'fine'],
      ['demo', 'waiting'],
    ]);
    expect(scene.byId.get('h2')).toMatchObject({ state: 'away', why: 'not heard since 13:51' });
    expect(scene.counts).toEqual({ fine: 0, unknown: 0, waiting: 1, away: 1, failed: 0 });
  });

  it('keeps its layout while the names stay, whatever the states are', () => {
    const failed = { ...small, hosts: small.hosts.map((host) => ({ ...host, state: 'failed' as const })) };
    expect(sceneOf(failed, scene).layout).toBe(scene.layout);
    const renamed = { ...small, hosts: small.hosts.map((host) => ({ ...host, name: `${host.name}-new` })) };
    expect(sceneOf(renamed, scene).layout).not.toBe(scene.layout);
    expect(sceneOf(failed).layout.places).toEqual(scene.layout.places);
  });

  it('names the networks and addresses of a node', () => {
    expect(scene.networksOf('n1')).toEqual(['shop 10.147.17.8', 'ffffffffff000001 no address']);
    expect(scene.networksOf('n2')).toEqual(['shop waits']);
    expect(scene.networksOf('n3')).toEqual([]);
  });

  it('has an edge between hosts that have a path, the worst of several, and says it from both sides', () => {
    expect(scene.edgesOf('h1')).toEqual([{ host: 'h2', path: 'relayed', ms: 56.94 }]);
    expect(scene.edgesOf('h2')).toEqual([{ host: 'h1', path: 'relayed', ms: 56.94 }]);
    expect(scene.edgesOf('gone')).toEqual([]);
  });

  it('is said in words', () => {
    expect(sayPicture(scene)).toBe(
      'Picture of 2 hosts in 2 sites. 1 unreachable, 1 waiting. ' +
        'Arrow keys choose a host, Enter opens it, Escape lets it go. For the same as a list, press l.',
    );
    const [web] = scene.hosts;
    expect(web && sayHost(scene, web)).toBe('web-1, cloud, 2 nodes: waiting (demo: nobody decided). Paths: 1 relayed.');
    expect(sayPicture(undefined)).toMatch(/being fetched/);
    expect(sayPicture(sceneOf(sampleTopology({ sites: [] })))).toMatch(/no hosts yet/);
  });

  it('can be walked through with the arrow keys', () => {
    for (const sites of [[1], [2, 1], [16, 9, 11, 4], [97, 64, 92, 9, 38]]) {
      const { hosts } = sceneOf(sampleTopology({ sites }));
      const seen = new Set<string>();
      const next: (string | null)[] = [null];
      for (let from = next.pop(); from !== undefined; from = next.pop())
        for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
          const to = neighbor(hosts, from, key);
          if (to === undefined || seen.has(to)) continue;
          seen.add(to);
          next.push(to);
        }
      expect(hosts.length - seen.size).toBeLessThanOrEqual(hosts.length / 100);
    }
  });
});

describe('the same as a list', () => {
  it('has every host and node of the picture, the sites and hosts that need somebody first', () => {
    const topology = sampleTopology({ sites: [5, 30, 5], notFine: { failed: 3, away: 1 } });
    const list = asList(topology);
    expect(
      list
        .flatMap(({ hosts }) => hosts)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(topology.hosts.map(({ id }) => id).sort());
    expect(list.flatMap(({ hosts }) => hosts.flatMap(({ nodes }) => nodes))).toHaveLength(topology.nodes.length);
    const bad = list.map(({ counts, hosts }) => hosts.length - counts.fine);
    expect(bad).toEqual([...bad].sort((a, b) => b - a));
    for (const { hosts } of list)
      expect(hosts.findLastIndex(({ state }) => state !== 'fine')).toBeLessThan(
        hosts.filter(({ state }) => state !== 'fine').length,
      );
    expect(asList(small)[0]?.hosts[0]).toMatchObject({
      name: 'web-1',
      state: 'waiting',
      nodes: [{ label: 'demo' }, {}],
    });
  });

  it('is empty when there are no hosts', () => {
    expect(asList(sampleTopology({ sites: [] }))).toEqual([]);
  });
});

describe('crowds', () => {
  const scene = sceneOf(sampleTopology({ sites: [100, 100], notFine: { failed: 40, waiting: 20 } }));
  const stand = standIn(scene.layout);

  it('have one mark with counts for more than 24 of a sector, until zoomed in', () => {
    const crowds = crowdsIn(scene, stand, 10);
    const crowded = scene.sectors.filter(({ hosts, counts }) => hosts.length - counts.fine > 24);
    expect(crowded.length).toBeGreaterThan(0);
    expect(crowds.map(({ sector }) => sector)).toEqual(crowded.map(({ key }) => key));
    expect(crowds[0]?.parts[0]).toEqual({ state: 'failed', count: crowded[0]?.counts.failed });
    expect(crowdsIn(scene, stand, 20)).toEqual([]);
  });

  it('are none where 24 are not fine', () => {
    const few = sceneOf(sampleTopology({ sites: [100], notFine: { failed: 24 } }));
    expect(crowdsIn(few, standIn(few.layout), 10)).toEqual([]);
  });
});

describe('a glide', () => {
  const before = sceneOf(sampleTopology({ sites: [20, 20, 20] }));
  const after = sceneOf(sampleTopology({ sites: [20, 20, 20, 20] }));

  it('takes hosts around the middle from where they stood to where they belong', () => {
    expect(GLIDE_MS).toBe(320);
    const from = standIn(before.layout);
    const half = standBetween(from, after.layout, 0.5);
    for (const { id } of before.hosts) {
      const [start, end] = [before.layout.places.get(id), after.layout.places.get(id)];
      const place = half.placeOf(id);
      if (!start || !end || !place) throw new Error('a host without a place');
      expect(standBetween(from, after.layout, 1).placeOf(id)?.x).toBeCloseTo(end.x);
      expect(standBetween(from, after.layout, 0).placeOf(id)?.x).toBeCloseTo(start.x);
      expect(place.r).toBeGreaterThanOrEqual(Math.min(start.r, end.r) - 1e-9);
    }
  });

  it('happens when a site comes, and not when a state changes or a host leaves that moves nobody', () => {
    expect(moves(before.layout, after.layout)).toBe(true);
    expect(moves(before.layout, sceneOf(sampleTopology({ sites: [20, 20, 20], notFine: { failed: 9 } })).layout)).toBe(
      false,
    );
    expect(moves(before.layout, before.layout)).toBe(false);
  });
});
