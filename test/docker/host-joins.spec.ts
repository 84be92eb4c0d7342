import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { stillWaiting } from '../support/system/still-waiting.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { HostWithDaemon, HOUSE } from './system/host-with-daemon.js';
import { asOnCalmMachine } from '../support/calm.js';

jest.setTimeout(180_000);
const engine = await findLabEngine();
// Needs root to run in the daemon's network namespace and to read its home.
const possible = engine !== undefined && process.platform === 'linux' && process.getuid?.() === 0;
if (engine && !possible) process.stderr.write('LEFT OUT: a host with its own daemon needs Linux and root\n');

(possible ? describe : describe.skip)("orrery join, for the host's own zerotier-one", () => {
  let host: HostWithDaemon;
  let people: NetworkId[];
  let ours: NetworkId;
  let device: string;
  let before: Record<string, string>;
  /** The first network has authorized the daemon, which writes its configuration there on its own. */
  const files = () => host.networkFiles(people.slice(0, 1));
  const cli = (...words: string[]) => host.cli(...words);

  beforeAll(async () => {
    if (!engine || !possible) return;
    ({ host, people } = await HostWithDaemon.open(engine, 3));
    await host.daemon.talk({ method: 'POST', path: `/network/${people[1]}`, body: { allowDNS: true } });
    ours = await host.controller.network('10.90.0');
    device = interfaceName(ours);
    const statuses = async () =>
      Object.values(await host.networks())
        .sort()
        .join();
    await eventually(async () => (await statuses()) === 'ACCESS_DENIED,ACCESS_DENIED,OK', { within: 60_000 });
    before = await files();
    await host.startAgent();
  });
  afterAll(() => host?.close());

  it('was in three networks before, and an agent that arrives, looks and restarts changes not one byte of them', async () => {
    expect(Object.keys(before).filter((name) => /^[0-9a-f]{16}\.conf$/.test(name))).toHaveLength(3);
    const seen = async () => {
      const { out } = await cli('membership', 'ls', '-o', 'wide');
      return people.every((network) => out.includes(network));
    };
    await eventually(seen, { within: 30_000, what: 'the three networks in `orrery membership ls`' });
    expect(await files()).toEqual(before);
    await host.stopAgent();
    expect(await files()).toEqual(before);
    await host.startAgent();
    await eventually(seen, { within: 30_000 });
    expect(await files()).toEqual(before);
  });

  it('does not leave a network that people joined, whether asked to leave or to join', async () => {
    const { code, out } = await cli('leave', HOUSE, people[0] ?? '', '--yes', '--wait=20s');
    expect([code, out]).toEqual([4, expect.stringContaining('unmanaged-membership')]);
    const joined = await cli('join', HOUSE, people[0] ?? '', '--wait=20s');
    expect([joined.code, joined.out]).toEqual([4, expect.stringContaining('orrery adopt')]);
    expect(await files()).toEqual(before);
  });

  it('waits at authorization with exit 3, and is done with interface and address when it is authorized', async () => {
    const waits = await stillWaiting(cli, 'has not authorized', 'join', HOUSE, ours);
    expect([waits.code, waits.out]).toEqual([3, expect.stringContaining(host.daemon.identity.address)]);
    expect(waits.out).toContain('authorization');
    expect(await host.kernelAddresses(device)).toEqual([]);
    await host.controller.authorize(ours, host.daemon.identity.address);
    const { code, out } = await cli('join', HOUSE, ours, '--wait=60s');
    const [address] = (await host.kernelAddresses(device)) ?? [];
    expect(address).toMatch(/^10\.90\.0\./);
    expect([code, out]).toEqual([0, expect.stringContaining(address ?? 'no address')]);
  });

  it('keeps the other networks unchanged through join, settings and leave', async () => {
    const others = async () =>
      Object.fromEntries(Object.entries(await files()).filter(([name]) => !name.startsWith(ours)));
    expect(await others()).toEqual(before);
    const changed = await cli('join', HOUSE, ours, '--allow-managed', 'no', '--wait=60s');
    expect(changed.code).toBe(0);
    await eventually(async () => (await host.kernelAddresses(device))?.length === 0, { within: 20_000 });
    const { out } = await cli('membership', 'ls', '-o', 'wide');
    // The daemon lists its assigned address, but the kernel does not have it. The settings ask for that, so it is no
    // disagreement.
    expect(out.split('\n').find((line) => line.includes(ours))).toMatch(/OK .*done/);
    expect((await cli('finding', 'ls')).out).not.toContain('interface-disagrees');
    expect((await cli('leave', HOUSE, ours, '--yes', '--wait=60s')).code).toBe(0);
    expect(await host.kernelAddresses(device)).toBeUndefined();
    expect(await files()).toEqual(before);
    expect(Object.keys(await host.networks()).sort()).toEqual([...people].sort());
  });

  it('reports a network that does not exist', async () => {
    const nowhere = host.controller.unknownNetwork;
    const { code, out } = await stillWaiting(cli, 'network-not-found', 'join', HOUSE, nowhere);
    expect([code, out]).toEqual([3, expect.stringContaining('network-not-found')]);
    expect((await cli('leave', HOUSE, nowhere, '--yes', '--wait=60s')).code).toBe(0);
  });

  it('reports how to let the agent read the token, and continues on its own when it can', async () => {
    const token = join(host.home, 'authtoken.secret');
    await rename(token, `${token}.away`);
    await mkdir(token);
    const begun = performance.now();
    const { code, out } = await cli('join', HOUSE, ours, '--wait=30s');
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(15_000));
    expect([code, out]).toEqual([1, expect.stringContaining('token-unreadable')]);
    expect(out).toContain(`\`sudo install -m 600 -o root ${token} `);
    await rmdir(token);
    const absent = await cli('join', HOUSE, ours, '--wait=30s');
    expect([absent.code, absent.out]).toEqual([1, expect.stringContaining('`sudo systemctl start zerotier-one`')]);
    await rename(`${token}.away`, token);
    const joined = async () => Object.keys(await host.networks()).includes(ours);
    await eventually(joined, { within: 60_000, what: 'the item that is still desired' });
    expect((await cli('leave', HOUSE, ours, '--yes', '--wait=60s')).code).toBe(0);
  });

  it('reports that there is no zerotier-one, and that a container would work', async () => {
    await host.stopAgent();
    await host.startAgent({ ORRERY_ZEROTIER_HOME: join(host.agentHome, 'nothing') });
    const { code, out } = await cli('join', HOUSE, ours, '--wait=30s');
    expect([code, out]).toEqual([1, expect.stringContaining('zerotier-missing')]);
    expect((await cli('leave', HOUSE, ours, '--yes')).code).toBe(0);
    await host.stopAgent();
  });

  it('is the same, byte for byte, after the agent was uninstalled', async () => {
    await rm(host.agentHome, { recursive: true });
    expect(await files()).toEqual(before);
    expect(Object.keys(await host.networks()).sort()).toEqual([...people].sort());
  });
});
