import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ObservedPeer } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { HeardNodes, receivedFrom, type HeardLook } from './heard-nodes.js';

const peer = (path: ObservedPeer['path'], more: Partial<ObservedPeer> = {}): ObservedPeer => ({
  ...{ address: 'e5c3d36742', role: 'LEAF', path, latencyMs: null },
  ...more,
});

describe('a started node', () => {
  const node = newId('nod');
  let nodes: HeardNodes;
  let asked: number;
  let from: string[] | undefined;
  const look = (peers: ObservedPeer[], more: Partial<HeardLook> = {}) => {
    const received = () => {
      asked += 1;
      return Promise.resolve(from && new Set(from));
    };
    return nodes.look({ node, startedAt: 'one', isFirstStart: false, peers, received, ...more });
  };

  beforeEach(() => {
    [nodes, asked, from] = [new HeardNodes(), 0, []];
  });

  it('has not heard from anybody while it knows only its root', async () => {
    expect(await look([])).toBe(false);
    expect(await look([peer('direct', { role: 'MOON' }), peer('direct', { role: 'PLANET' })])).toBe(false);
    expect(asked).toBe(0);
  });

  it('has heard from a peer when it reaches it directly, and stays so until it restarts', async () => {
    expect(await look([peer('direct')])).toBe(true);
    expect([await look([]), asked]).toEqual([true, 0]);
    expect(await look([], { startedAt: 'two' })).toBe(false);
  });

  it('has heard from a relayed peer when this is its first start or a packet came from it', async () => {
    expect(await look([peer('relayed')])).toBe(false);
    from = ['00c0ffee00'];
    expect(await look([peer('relayed')])).toBe(false);
    from = ['e5c3d36742'];
    expect(await look([peer('relayed')])).toBe(true);
    expect(await look([peer('relayed')], { node: newId('nod'), isFirstStart: true })).toBe(true);
  });

  it('is not judged when the daemon cannot be asked', async () => {
    from = undefined;
    expect(await look([peer('relayed')])).toBeUndefined();
  });
});

describe('the metrics of zerotier-one', () => {
  it('show which peers sent packets', () => {
    const metrics = [
      '# TYPE zt_peer_packets counter',
      'zt_peer_packets{direction="rx",node_id="e5c3d36742"} 23',
      'zt_peer_packets{direction="tx",node_id="879a2945ff"} 5',
      'zt_peer_packets{direction="rx",node_id="879a2945ff"} 0',
      'zt_peer_packets{direction="rx",node_id="nonsense"} 4',
      'zt_packet{packet_type="hello",direction="rx"} 7',
    ].join('\n');
    expect([...receivedFrom(metrics)]).toEqual(['e5c3d36742']);
  });
});
