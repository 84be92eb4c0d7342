import { describe, expect, it } from '@jest/globals';
import type { FleetEvent } from './fleet-event.js';
import { afterEvents } from './reduce-topology.js';
import { keptOf, type Topology } from './topology-draft.js';

const event = (kind: string, data: Record<string, unknown> = {}, host: string | null = 'hst_a'): FleetEvent => ({
  specversion: '1.0',
  id: 's-1',
  type: `io.orrery.${kind}`,
  source: '/hosts/web-1',
  subject: 'web-1',
  time: '',
  datacontenttype: 'application/json',
  orreryhost: host,
  orrerycommittime: '',
  orreryhosttime: null,
  simulated: false,
  data,
});

const topology = (more: Partial<Topology> = {}): Topology => ({
  at: '',
  hosts: [{ id: 'hst_a', name: 'web-1', site: null, state: 'fine' }],
  nodes: [
    { id: 'nod_a', host: 'hst_a', name: 'web-1', kind: 'host', address: 'a000000000', state: 'fine' },
    {
      id: 'nod_b',
      host: 'hst_a',
      name: 'web-1/demo',
      kind: 'container',
      address: 'b000000000',
      state: 'waiting',
      why: 'it waits',
    },
  ],
  networks: [{ id: 'net', name: 'lab', controller: null, kept: false }],
  memberships: [{ node: 'nod_a', network: 'net', state: 'fine', addresses: ['10.1.2.3/24'] }],
  controllers: [],
  paths: [{ node: 'nod_a', peer: 'b000000000', path: 'direct', ms: 3 }],
  ...more,
});
const daemon = { address: 'a000000000', version: '1.14.1', online: true };

/** What the API makes of the same is compared in test/web/kept-topology.int.spec.ts. */
describe('a topology after events', () => {
  const kept = keptOf(topology());

  it('is as it was when a host comes back, and the very same when nothing in it has changed', () => {
    const away = afterEvents(kept, [event('host.unreachable')]);
    expect(away?.topology.nodes.map(({ state }) => state)).toEqual(['away', 'away']);
    expect(away && afterEvents(away, [event('host.online')])?.topology).toEqual(topology());
    const same = [event('node.heard', { node: 'nod_a', after: daemon }), event('item.progress'), event('host.online')];
    expect(afterEvents(kept, same)?.topology).toBe(kept.topology);
    expect(kept.topology).toEqual(topology());
  });

  it('tells of a daemon that nothing needs when it answers, and leaves to a look why it need not', () => {
    const [own, demo] = topology().nodes;
    const unused = { ...own, state: 'fine', why: 'no ZeroTier on this host' } as Topology['nodes'][number];
    const without = keptOf(topology({ nodes: demo ? [unused, demo] : [], memberships: [] }));
    const up = afterEvents(without, [event('node.up', { node: 'nod_a', after: daemon })]);
    expect(up?.topology.nodes[0]).toEqual(own);
    expect(afterEvents(without, [event('node.down', { node: 'nod_a', after: null, cause: 'x' })])).toBeUndefined();
  });

  it('needs a look where the events do not tell', () => {
    const unsure: FleetEvent[] = [
      event('item.settled'),
      event('command.created'),
      event('host.snapshot'),
      event('network.left', { node: 'nod_a', network: 'net', after: null }),
      event('node.up', { node: 'nod_a', after: { ...daemon, address: 'c000000000' } }),
      event('something.new'),
      event('constructor'),
      event('__proto__.x'),
    ];
    for (const one of unsure) expect([one.type, afterEvents(kept, [one])]).toEqual([one.type, undefined]);
    const found = keptOf(topology({ hosts: [{ id: 'hst_a', name: 'web-1', site: null, state: 'away', why: 'x' }] }));
    expect(afterEvents(found, [event('host.online')])).toBeUndefined();
  });

  it('is not confused by data of another shape', () => {
    for (const data of [{}, { node: 7 }, { node: 'nod_a', network: [], after: 'x' }, { node: null, finding: 3 }])
      for (const kind of ['node.up', 'node.down', 'interface.up', 'path.direct', 'finding.raised', 'network.changed'])
        expect(() => afterEvents(kept, [event(kind, data)])).not.toThrow();
  });

  it('keeps the list of paths that is not whole only while its end cannot move', () => {
    const cut = keptOf(topology({ morePaths: true }));
    const path = (more: object) =>
      event('path.direct', { node: 'nod_a', after: { address: 'b000000000', path: 'direct', latencyMs: 5, ...more } });
    expect(afterEvents(cut, [path({})])?.topology.paths[0]?.ms).toBe(5);
    expect(afterEvents(cut, [path({ silent: true })])).toBeUndefined();
    const other = (node: string) =>
      event('path.direct', { node, after: { address: 'a000000000', path: 'direct', latencyMs: 5 } });
    expect(afterEvents(cut, [other('nod_b')])?.topology.paths).toHaveLength(1);
    expect(afterEvents(cut, [event('path.lost', { node: 'nod_a', peer: 'b000000000', after: null })])).toBeUndefined();
  });

  it('has what became of a membership or a container, unless it is desired otherwise by now', () => {
    const settled = (
      more: object,
      kind = 'membership',
      outcome: object = { kind: 'waiting', cause: 'nobody decided' },
    ) =>
      afterEvents(kept, [
        event('item.settled', {
          ...{ item: 'itm_a', revision: 2, node: kind === 'membership' ? 'nod_a' : 'nod_b', network: 'net', outcome },
          ...{ container: null, desired: { kind, intent: 'present', revision: 2 }, ...more },
        }),
      ]);
    expect(settled({})?.topology.memberships[0]).toMatchObject({ state: 'waiting', why: 'nobody decided' });
    expect(settled({ revision: 1 })?.topology).toBe(kept.topology);
    const failed = settled({}, 'container', { kind: 'failed', cause: 'no image' });
    expect(failed?.topology.nodes[1]).toMatchObject({ state: 'failed', why: 'no image' });
    // How its daemon is was not shown while it waited.
    expect(settled({}, 'container', { kind: 'done' })).toBeUndefined();
    expect(
      settled({ desired: { kind: 'membership', intent: 'absent', revision: 2 } }, 'membership', { kind: 'done' }),
    ).toBeUndefined();
    // Of an older API.
    expect(settled({ desired: undefined })).toBeUndefined();
  });
});
