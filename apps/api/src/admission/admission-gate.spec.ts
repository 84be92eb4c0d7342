import { describe, expect, it } from '@jest/globals';
import type { HostId, NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { Store } from '../database/store.js';
import type { Introductions } from '../introductions/introductions.service.js';
import { AdmissionGate } from './admission-gate.js';
import type { Candidates } from './candidates.repository.js';
import type { NetworkReconciler } from './network-reconciler.js';

const HOST: HostId = newId('hst');
const NETWORK: NetworkId = '8056c2e21c000001';
const [FIRST, ADDED] = ['00c0ffee01', '00c0ffee02'] as NodeAddress[];

describe('before the desired state of a host is sent', () => {
  const gateWith = (unsettled: () => NodeAddress[], ends: NetworkId[] = []) => {
    const done: string[] = [];
    const candidates = {
      unsettled: () => Promise.resolve(unsettled().map((address) => ({ network: NETWORK, address }))),
      networksOfEnds: () => Promise.resolve(ends),
    };
    const reconciler = {
      letIn: (_network: NetworkId, addresses: NodeAddress[]) => Promise.resolve(void done.push(...addresses)),
      reconcile: (network: NetworkId) => Promise.resolve(void done.push(network)),
    };
    const introductions = { introduce: () => Promise.resolve(void done.push('introduced')) };
    const gate = new AdmissionGate(
      {} as Store,
      candidates as unknown as Candidates,
      reconciler as unknown as NetworkReconciler,
      introductions as unknown as Introductions,
    );
    return { gate, done };
  };

  it('authorizes and introduces its nodes, including those added while the state was prepared', async () => {
    let all = [FIRST];
    const { gate, done } = gateWith(() => all as NodeAddress[]);
    const prepared = new Promise<void>((resolve) =>
      setImmediate(() => {
        all = [FIRST, ADDED];
        resolve();
      }),
    );
    await gate.settle(HOST, prepared);
    expect([...done].sort()).toEqual([FIRST, ADDED, 'introduced', 'introduced'].sort());
    expect(done.indexOf(ADDED ?? '')).toBeGreaterThan(done.indexOf(FIRST ?? ''));
  });

  it('does all of that once if none were added, and when the state cannot be prepared', async () => {
    const { gate, done } = gateWith(() => [FIRST] as NodeAddress[]);
    await gate.settle(HOST, Promise.reject(new Error('no database')));
    expect([...done].sort()).toEqual([FIRST, 'introduced'].sort());
  });

  it('takes back the routes whose router is to end there', async () => {
    const { gate, done } = gateWith(() => [], [NETWORK]);
    await gate.settle(HOST, Promise.resolve());
    expect([...done].sort()).toEqual([NETWORK, 'introduced'].sort());
  });
});
