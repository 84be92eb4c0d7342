import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { known, node } from '../../../../test/support/agent/observed.js';
import { LocalApiError, StepError } from '@orrery/shared/machine';
import type { NodeDoor } from '../zerotier/node-door.js';
import { observeAgain, observeNode } from './node-observer.js';

const signal = AbortSignal.timeout(10_000);

/** A node whose daemon answers, or does not. */
function look(networks: () => Promise<[]>) {
  const asked: string[] = [];
  const answer = <T>(what: string, value: () => Promise<T>) => {
    asked.push(what);
    return value();
  };
  const silent = () => Promise.reject(new LocalApiError('refused', 'nobody listens'));
  const door = {
    api: {
      networks: () => answer('networks', networks),
      status: () => answer('status', silent),
      peers: () => answer('peers', silent),
    },
    expected: undefined,
    explain: (error: unknown) => new StepError({ code: 'daemon-unreachable', cause: String(error), fix: 'none' }),
  } as unknown as NodeDoor;
  const id = newId('nod');
  const about = { node: id, kind: 'container' as const, door, interfaces: Promise.resolve([]) };
  return { asked, look: { ...about, listOf: () => Promise.resolve(null) }, before: node(id, { peers: known([]) }) };
}

describe('a node that was well', () => {
  it('is asked for its networks alone', async () => {
    const { asked, look: resting, before } = look(() => Promise.resolve([]));
    expect(await observeAgain(resting, before, signal)).toEqual({ ...before, memberships: known([]) });
    expect(asked).toEqual(['networks']);
  });

  it('is observed as a whole when its daemon does not answer', async () => {
    const refuses = () => Promise.reject(new LocalApiError('refused', 'nobody listens'));
    const { asked, look: ended, before } = look(refuses);
    expect((await observeAgain(ended, before, signal)).daemon).toMatchObject({
      known: false,
      code: 'daemon-unreachable',
    });
    expect(asked).toContain('status');
  });
});

describe('a node whose peers were asked for', () => {
  const at = 1_795_519_944_420;
  const peer = (...lastReceive: number[]) => ({
    ...{ address: '38bba1b421', role: 'MOON', version: '1.14.1', latency: 2 },
    paths: lastReceive.map((time) => ({ active: true, lastReceive: time })),
  });
  const told = async (peers: object[]) => {
    const ages: (number | null)[] = [];
    const { look: base } = look(() => Promise.resolve([]));
    const status = { address: '3a4f1af7fa', version: '1.14.1', online: true, clock: at };
    const api = {
      networks: () => Promise.resolve([]),
      status: () => Promise.resolve(status),
      peers: () => Promise.resolve(peers),
    };
    const door = { ...base.door, api } as unknown as NodeDoor;
    await observeNode({ ...base, door, silence: (ms) => void ages.push(ms) }, signal);
    return ages;
  };

  it('tells when it last heard from any of them, or that it never did', async () => {
    expect(await told([peer(at - 90_000), peer(at - 80_000, at - 200_000)])).toEqual([80_000]);
    expect(await told([peer()])).toEqual([null]);
    expect(await told([])).toEqual([]);
  });

  it('shows a peer as relayed when its packets came without a path, and nobody who was only looked up', async () => {
    const { look: base } = look(() => Promise.resolve([]));
    const leaf = (address: string) => ({
      ...{ address, role: 'LEAF', version: '-1.-1.-1', latency: -1 },
      paths: [],
    });
    const api = {
      networks: () =>
        Promise.resolve([{ nwid: '8056c2e21c000001', status: 'OK', name: '', assignedAddresses: [], routes: [] }]),
      status: () => Promise.resolve({ address: '3a4f1af7fa', version: '1.14.1', online: true, clock: at }),
      peers: () => Promise.resolve([leaf('829b566f75'), leaf('c61f4ac6b8')]),
    };
    const body = 'zt_peer_packets{direction="rx",node_id="829b566f75"} 38\n';
    const door = { ...base.door, api, http: { ask: () => Promise.resolve({ status: 200, body }) } };
    const { peers } = await observeNode({ ...base, door: door as unknown as NodeDoor }, signal);
    expect(peers).toEqual(known([{ address: '829b566f75', role: 'LEAF', path: 'relayed', latencyMs: null }]));
  });
});
