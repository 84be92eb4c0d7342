import { describe, expect, it } from '@jest/globals';
import { createLogger, newId } from '@orrery/shared/runtime';
import { DockerEngine } from '../docker/docker-engine.js';
import { HostDaemon } from '../zerotier/host-daemon.js';
import { examineMachine, rootsOfMoon } from './examine-machine.js';
import { peerEvidence } from './examine-nodes.js';
import type { RealMachineParts } from './real-machine-parts.js';

/** A machine without engine and daemon. */
const parts = {
  config: { moonsDir: null },
  engine: new DockerEngine('/nonexistent/docker.sock'),
  hostDaemon: new HostDaemon({ home: '/nonexistent/zerotier', port: null, userTokenFile: '/nonexistent/token' }),
  logger: createLogger('test', 'silent'),
} as unknown as RealMachineParts;

describe('the evidence of a machine', () => {
  it('says why it lacks what cannot be seen, and has the rest', async () => {
    const host = newId('nod');
    const evidence = await examineMachine(parts, { hostNode: host, containers: [] }, AbortSignal.timeout(2_700));
    expect(evidence.engine).toMatchObject({ known: false, why: expect.stringContaining('docker.sock') });
    expect(evidence.nodes).toEqual([
      expect.objectContaining({ node: host, kind: 'host', daemon: { known: false, why: expect.any(String) } }),
    ]);
    expect(evidence.forward).toMatchObject({ known: false });
    expect(evidence.roots).toEqual({ known: true, value: [] });
    expect(evidence.portHolder.known).toBe(evidence.devices.known);
  });

  it('is there when the time is up, whatever hangs', async () => {
    const never = new Promise<never>(() => undefined);
    const hanging = { ...parts, engine: { info: () => never, users: () => never }, hostDaemon: { open: () => never } };
    const host = newId('nod');
    const scope = { hostNode: host, containers: [] };
    const evidence = await examineMachine(hanging as never, scope, AbortSignal.timeout(100));
    const late = { known: false, why: 'this took longer than there is time' };
    expect(evidence.engine).toEqual(late);
    expect(evidence.nodes).toEqual([{ node: host, kind: 'host', daemon: late, peers: late, dns: late }]);
  });
});

describe('a peer', () => {
  const path = (lastReceive: number) => ({ active: true, lastReceive });
  const peer = { address: '38bba1b421', role: 'MOON', version: '1.14.1', latency: 2 };

  it('was heard when its newest path was, by the clock of the daemon', () => {
    const clock = 1_795_519_944_420;
    const heard = (paths: ReturnType<typeof path>[]) => peerEvidence({ ...peer, paths }, { clock }).heardMsAgo;
    expect(heard([path(clock - 9_000), path(clock - 300), path(0)])).toBe(300);
    expect(heard([path(clock + 5)])).toBe(0);
    expect([heard([]), heard([path(0)])]).toEqual([null, null]);
  });
});

/** As `zerotier-idtool genmoon` of zerotier-one 1.14.1 wrote it: one root with an IPv4 and an IPv6 endpoint. */
const MOON = Buffer.from(
  '7f0000009cb7043731000001a22851ae57244795ecc2c2a43183db34d2ddc57d68326bf98a2c67cd52286f32fc225fcd0444' +
    '6d248bed9ba3ecc8aa666215ebe871049fde9cd2fb68e4338cf65dc2c1a4c0c69a64c30ab2b3c1cc87b038a6941cd0fd209f' +
    'b945fd02516a379f6e1e815f8932ad0cf4433a8139978bd145b52b8e8ec90679ff22b642b16df114b1257fe204d7eef7a36d' +
    '217b1dd041748ce55988b15a55a38d63d516caf7bf68703a1fe720019cb704373100e859581f9dc5cd55b5775729032f36ef' +
    '0258e2df116cb6135f53e1a9dad3c027ba921904e17879afac70fbc30ed88cf3f49ad6c00994ec64cbd28b17f5e223760002' +
    '04c000020127090620010db800000000000000000000000127090000',
  'hex',
);
const changed = (at: number, byte: number) => {
  const copy = Buffer.from(MOON);
  copy[at] = byte;
  return copy;
};

describe('a moon', () => {
  it('names its roots', () => {
    expect(rootsOfMoon(MOON)).toEqual(['9cb7043731']);
    const root = MOON.subarray(178, -2);
    expect(rootsOfMoon(Buffer.concat([changed(177, 2).subarray(0, -2), root]))).toEqual(['9cb7043731', '9cb7043731']);
  });

  it('says nothing if it is cut short, damaged or something else', () => {
    const none = [Buffer.alloc(0), Buffer.from('no moon'), MOON.subarray(0, -30), MOON.subarray(0, 200)];
    const damaged = [
      changed(0, 1),
      changed(177, 0),
      changed(177, 3),
      changed(183, 1),
      changed(248, 1),
      changed(250, 5),
    ];
    expect([...none, ...damaged].map(rootsOfMoon)).toEqual(Array(10).fill(undefined));
  });
});
