import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MembershipSettings, NetworkId } from '@orrery/shared/contracts';
import { LocalApiError, StepError } from '@orrery/shared/machine';
import type { DaemonNetwork, LocalApi, NetworkFlags } from './local-api.js';
import { configureNetwork, joinNetwork, leaveNetwork, repairNetwork } from './network-membership.js';
import { explainWith, type NodeDoor } from './node-door.js';

const NETWORK: NetworkId = '8056c2e21c000001';
const plain: MembershipSettings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
const listed: MembershipSettings = { ...plain, allowManaged: ['10.99.0.0/24'] };

/**
 * Behaves as in docs/zerotier-facts.md#joining: reads the file on joining, overwrites it on every POST, forgets on
 * leaving.
 */
class FakeDaemon {
  address = '3a4f1af7fa';
  tun = true;
  /** A POST takes effect but is never answered. */
  silent = false;
  writable = true;
  file: string | undefined;
  joined: (NetworkFlags & { list: string[] }) | undefined;
  readonly calls: string[] = [];

  readonly api: LocalApi = {
    status: () => Promise.resolve({ address: this.address, version: '1.14.1', online: true }),
    networks: () => Promise.resolve([]),
    peers: () => Promise.resolve([]),
    network: () => Promise.resolve(this.joined && ({ nwid: NETWORK, ...this.joined } as unknown as DaemonNetwork)),
    join: (_network, flags) => {
      this.calls.push('join');
      if (this.tun) {
        const list = /^allowManaged=([^\n]{6,})$/m.exec(this.file ?? '')?.[1]?.split(',') ?? [];
        this.joined = { ...flags, list: this.joined?.list ?? list };
        this.file = `allowManaged=${flags.allowManaged ? 1 : 0}\n`;
      }
      return this.silent ? Promise.reject(new LocalApiError('unreachable', 'no answer')) : Promise.resolve();
    },
    leave: () => {
      this.calls.push('leave');
      this.joined = undefined;
      this.file = undefined;
      return Promise.resolve();
    },
  };

  readonly door: NodeDoor = {
    api: this.api,
    http: undefined,
    settings: {
      read: () => Promise.resolve(this.file),
      write: (_network, text) => {
        if (!this.writable)
          return Promise.reject(new StepError({ code: 'settings-refused', cause: 'no', fix: 'root' }));
        this.calls.push('write');
        this.file = text;
        return Promise.resolve();
      },
    },
    expected: '3a4f1af7fa',
    explain: (error) =>
      explainWith(error, (trouble) => new StepError({ code: 'daemon-unreachable', cause: trouble.message, fix: '' })),
    diagnose: () =>
      Promise.resolve(this.tun ? undefined : { code: 'tun-missing', cause: 'no device', fix: 'modprobe tun' }),
  };
}

describe('the membership of a network', () => {
  let daemon: FakeDaemon;
  beforeEach(() => {
    daemon = new FakeDaemon();
  });

  it('is joined with one POST and without a file when there is no list', async () => {
    await joinNetwork(daemon.door, NETWORK, { ...plain, allowGlobal: true });
    expect(daemon.calls).toEqual(['join']);
    expect(daemon.joined).toMatchObject({ allowManaged: true, allowGlobal: true, list: [] });
  });

  it('has its list in memory and on disk when it was joined with one', async () => {
    await joinNetwork(daemon.door, NETWORK, listed);
    expect(daemon.calls).toEqual(['write', 'join', 'write']);
    expect(daemon.joined?.list).toEqual(['10.99.0.0/24']);
    expect(daemon.file).toContain('allowManaged=10.99.0.0/24');
  });

  it('is left and joined again with its list when it is repaired, but not left when the list cannot be written', async () => {
    await joinNetwork(daemon.door, NETWORK, listed);
    daemon.calls.length = 0;
    await repairNetwork(daemon.door, NETWORK, listed);
    expect(daemon.calls).toEqual(['write', 'leave', 'write', 'join', 'write']);
    expect(daemon.joined?.list).toEqual(['10.99.0.0/24']);
    daemon.writable = false;
    await expect(repairNetwork(daemon.door, NETWORK, listed)).rejects.toMatchObject({ code: 'settings-refused' });
    expect(daemon.joined).toBeDefined();
  });

  it('is diagnosed when the answer was 200 but the network is absent', async () => {
    daemon.tun = false;
    await expect(joinNetwork(daemon.door, NETWORK, plain)).rejects.toMatchObject({
      code: 'tun-missing',
      fix: 'modprobe tun',
    });
  });

  it('counts as joined when the answer never came but the network is present', async () => {
    daemon.silent = true;
    await joinNetwork(daemon.door, NETWORK, plain);
    daemon.tun = false;
    daemon.joined = undefined;
    await expect(joinNetwork(daemon.door, NETWORK, plain)).rejects.toMatchObject({ trouble: 'unreachable' });
  });

  it('keeps its list when a flag changes', async () => {
    await joinNetwork(daemon.door, NETWORK, listed);
    daemon.calls.length = 0;
    await configureNetwork(daemon.door, NETWORK, { ...listed, allowDNS: true });
    expect(daemon.calls).toEqual(['join', 'write']);
    expect(daemon.joined).toMatchObject({ allowDNS: true, list: ['10.99.0.0/24'] });
    expect(daemon.file).toContain('allowManaged=10.99.0.0/24');
  });

  it.each<[string, MembershipSettings, MembershipSettings, string[]]>([
    ['is to be managed again', { ...plain, allowManaged: false }, plain, []],
    ['gets a list', plain, listed, ['10.99.0.0/24']],
    ['loses its list', listed, plain, []],
    ['changes its list', listed, { ...plain, allowManaged: ['10.1.0.0/16', 'fd00::/8'] }, ['10.1.0.0/16', 'fd00::/8']],
  ])(
    'leaves and joins again when it %s: the daemon reads a list at no other time',
    async (_what, before, after, list) => {
      await joinNetwork(daemon.door, NETWORK, before);
      daemon.calls.length = 0;
      await configureNetwork(daemon.door, NETWORK, after);
      expect(daemon.calls.filter((call) => call !== 'write')).toEqual(['leave', 'join']);
      expect(daemon.joined?.list).toEqual(list);
    },
  );

  it('is not left when its new list cannot be written', async () => {
    await joinNetwork(daemon.door, NETWORK, plain);
    daemon.writable = false;
    await expect(configureNetwork(daemon.door, NETWORK, listed)).rejects.toMatchObject({ code: 'settings-refused' });
    expect(daemon.joined).toBeDefined();
  });

  it('is not touched when the node is not the expected one', async () => {
    daemon.address = 'ffffffffff';
    await expect(joinNetwork(daemon.door, NETWORK, plain)).rejects.toThrow('another node');
    await expect(configureNetwork(daemon.door, NETWORK, plain)).rejects.toThrow('another node');
    await expect(leaveNetwork(daemon.door, NETWORK)).rejects.toThrow('another node');
    expect(daemon.calls).toEqual([]);
  });

  it('is left, without an error when it is left again', async () => {
    await joinNetwork(daemon.door, NETWORK, plain);
    await leaveNetwork(daemon.door, NETWORK);
    await leaveNetwork(daemon.door, NETWORK);
    expect(daemon.joined).toBeUndefined();
  });
});
