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
    const heard = (paths: ReturnType<typeof path>[]) => peerEvidence({ ...peer, paths } as never, { clock }).heardMsAgo;
    expect(heard([path(clock - 9_000), path(clock - 300), path(0)])).toBe(300);
    expect(heard([path(clock + 5)])).toBe(0);
    expect([heard([]), heard([path(0)])]).toEqual([null, null]);
  });
});

describe('a moon', () => {
  const root = (address: string, endpoint: Buffer) =>
    Buffer.concat([Buffer.from(`${address}00`, 'hex'), Buffer.alloc(64, 7), Buffer.from([0, 1]), endpoint]);
  const v4 = Buffer.from('04c000020126' + '09', 'hex');
  const v6 = Buffer.concat([Buffer.from([6]), Buffer.alloc(18)]);
  const moon = (...roots: Buffer[]) => Buffer.concat([Buffer.alloc(177, 1), Buffer.from([roots.length]), ...roots]);

  it('names its roots', () => {
    expect(rootsOfMoon(moon(root('38bba1b421', v4), root('34c61d4de0', v6)))).toEqual(['38bba1b421', '34c61d4de0']);
  });

  it('that is cut short or something else names what can be read', () => {
    const whole = moon(root('38bba1b421', v4), root('34c61d4de0', v6));
    expect(rootsOfMoon(whole.subarray(0, -30))).toEqual(['38bba1b421']);
    expect([rootsOfMoon(Buffer.alloc(0)), rootsOfMoon(Buffer.from('no moon'))]).toEqual([[], []]);
  });
});
