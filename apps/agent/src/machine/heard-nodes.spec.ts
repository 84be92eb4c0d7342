import { beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import type { DaemonNetwork, DaemonPeer } from '../zerotier/local-api.js';
import { HeardNodes, receivedFrom, type HeardLook } from './heard-nodes.js';

const peer = (path: 'direct' | 'none', role = 'LEAF'): DaemonPeer => ({
  ...{ address: 'e5c3d36742', role, version: '-1.-1.-1', latency: -1 },
  paths: path === 'direct' ? [{ active: true }] : [],
});
const network = (status: DaemonNetwork['status']) => ({ status }) as DaemonNetwork;

describe('a started node', () => {
  const node = newId('nod');
  let nodes: HeardNodes;
  let asked: number;
  let from: string[] | undefined;
  const look = (peers: DaemonPeer[], more: Partial<HeardLook> = {}) => {
    const received = () => {
      asked += 1;
      return Promise.resolve(from && new Set(from));
    };
    return nodes.look({ node, startedAt: 'one', isFirstStart: false, peers, networks: [], received, ...more });
  };
  const isHeard = async (...args: Parameters<typeof look>) => (await look(...args)).isAnybody;

  beforeEach(() => {
    [nodes, asked, from] = [new HeardNodes(), 0, []];
  });

  it('has not heard from anybody while it knows only its root', async () => {
    expect(await isHeard([])).toBe(false);
    expect(await isHeard([peer('direct', 'MOON'), peer('direct', 'PLANET')])).toBe(false);
    expect(asked).toBe(0);
  });

  it('has heard from a peer when it reaches it directly, and stays so until it restarts', async () => {
    expect(await isHeard([peer('direct')])).toBe(true);
    expect([await isHeard([]), asked]).toEqual([true, 0]);
    expect(await isHeard([], { startedAt: 'two' })).toBe(false);
  });

  it('has heard from a relayed peer when a packet came from it, although it has no path and no version', async () => {
    expect(await isHeard([peer('none')])).toBe(false);
    from = ['00c0ffee00'];
    expect(await isHeard([peer('none')])).toBe(false);
    from = ['e5c3d36742'];
    expect(await isHeard([peer('none')])).toBe(true);
  });

  it('has heard from its controller when it is configured at its first start, when no file could have done that', async () => {
    const networks = [network('REQUESTING_CONFIGURATION'), network('OK')];
    expect(await isHeard([peer('none')], { networks })).toBe(false);
    expect(await isHeard([peer('none')], { networks: networks.slice(0, 1), isFirstStart: true })).toBe(false);
    expect(await isHeard([], { networks, isFirstStart: true })).toBe(true);
  });

  it('names the relayed peers that it heard, and asks again only for those that it does not know', async () => {
    from = ['e5c3d36742'];
    const names = async (...args: Parameters<typeof look>) => [...(await look(...args)).from];
    expect(await names([peer('none'), { ...peer('direct'), address: '00c0ffee00' }])).toEqual(['e5c3d36742']);
    expect([await names([peer('none')]), asked]).toEqual([['e5c3d36742'], 1]);
    expect(await names([peer('none'), { ...peer('none'), address: '00c0ffee01' }])).toEqual(['e5c3d36742']);
    expect(asked).toBe(2);
    expect(await names([{ ...peer('none'), version: '1.14.1' }], { startedAt: 'two' })).toEqual(['e5c3d36742']);
    from = undefined;
    expect(await names([peer('none')], { startedAt: 'three' })).toEqual([]);
  });

  it('is not judged when the daemon cannot be asked', async () => {
    from = undefined;
    expect(await isHeard([peer('none')])).toBeUndefined();
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
