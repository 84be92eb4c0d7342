import { execFile, spawn } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { interfaceName, type RouterWay } from '@orrery/shared/contracts';
import { eventually } from '../../../../test/support/eventually.js';
import { reapAtExit } from '../../../../test/support/servers.js';
import { tableOf } from '../pure/router/router-table.js';
import { RouterTables, type RunningContainer } from './router-tables.js';

const run = promisify(execFile);
const NETWORK = '8056c2e21c000001';
const OTHER = '8056c2e21c000002';
const [ZT, ZT_OTHER] = [interfaceName(NETWORK), interfaceName(OTHER)];
const PRINTER = '192.168.10.20';
const BESIDE = '192.168.11.20';
const ways: RouterWay[] = [{ network: NETWORK, prefixes: ['192.168.10.0/24'] }];

const isPossible = process.platform === 'linux' && process.getuid?.() === 0;
if (!isPossible) process.stderr.write('LEFT OUT: the table of a router needs Linux and root\n');

/** A network namespace, and a shell in it. */
class Namespace {
  private constructor(readonly pid: number) {}

  static async make(): Promise<Namespace> {
    const keeper = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    await reapAtExit(keeper.pid);
    const pid = keeper.pid ?? 0;
    const isApart = async () => (await readlink(`/proc/${pid}/ns/net`)) !== (await readlink('/proc/self/ns/net'));
    await eventually(isApart, { every: 5, what: 'a network of its own' });
    await new Namespace(pid).sh('ip link set lo up');
    return new Namespace(pid);
  }

  async sh(script: string): Promise<string> {
    const { stdout } = await run('nsenter', [`--net=/proc/${this.pid}/ns/net`, '--', 'sh', '-ec', script]);
    return stdout.trim();
  }

  /** A cable to another namespace. */
  async connect(device: string, address: string, other: Namespace, [peer, theirs]: [string, string]): Promise<void> {
    await this.sh(`ip link add ${device} mtu 2800 type veth peer name ${peer} mtu 2800 netns ${other.pid}
      ip address add ${address} dev ${device}; ip link set ${device} up`);
    await other.sh(`ip address add ${theirs} dev ${peer}; ip link set ${peer} up`);
  }

  reaches = (address: string, count = 1): Promise<boolean> =>
    this.sh(`ping -n -c ${count} -i 0.1 -W 0.4 ${address}`).then(
      () => true,
      () => false,
    );

  end(): void {
    process.kill(this.pid, 'SIGKILL');
  }
}

(isPossible ? describe : describe.skip)('the table of a router', () => {
  const tables = new RouterTables();
  let namespaces: Namespace[];
  let router: Namespace, client: Namespace, stranger: Namespace, lan: Namespace;
  let container: RunningContainer;

  beforeAll(async () => {
    namespaces = await Promise.all(Array.from({ length: 4 }, () => Namespace.make()));
    [router, client, stranger, lan] = namespaces as [Namespace, Namespace, Namespace, Namespace];
    await router.connect(ZT, '10.99.0.7/24', client, ['zt0', '10.99.0.9/24']);
    await router.connect(ZT_OTHER, '10.98.0.7/24', stranger, ['zt0', '10.98.0.9/24']);
    await router.connect('eth0', '172.30.0.2/24', lan, ['eth0', '172.30.0.1/24']);
    await router.sh('ip link set eth0 mtu 1500; ip route add default via 172.30.0.1');
    await lan.sh(`ip link set eth0 mtu 1500; ip address add ${PRINTER}/24 dev lo; ip address add ${BESIDE}/24 dev lo`);
    for (const one of [client, stranger])
      await one.sh(`ip route add 192.168.0.0/16 via ${one === client ? '10.99.0.7' : '10.98.0.7'}`);
    // As the profile of a router does.
    await router.sh('echo 1 >/proc/sys/net/ipv4/ip_forward');
    // Every control group has a slash in its path.
    container = { engineId: '/', pid: router.pid, startedAt: 'now' };
  });
  afterAll(() => namespaces.forEach((one) => one.end()));

  it('is absent at first, and nothing in the LAN answers', async () => {
    expect(await tables.look(container)).toEqual({ forwards: true, ways: null });
    expect(await tables.has(container)).toBe(false);
    expect(await client.reaches(PRINTER)).toBe(false);
  });

  it('lets its network through to the named prefixes, under the address of the router', async () => {
    await tables.write(container, ways);
    expect(await tables.look(container)).toEqual({ forwards: true, ways });
    // The LAN knows no way back to 10.99.0.0/24.
    expect(await client.reaches(PRINTER)).toBe(true);
    // Nothing of it is in our own namespace, which is that of the host.
    expect((await run('nft', ['list', 'tables'])).stdout).not.toContain('orrery');
    expect(await router.sh('nft list tables')).toContain('table ip orrery');
  });

  it('lets nothing else through: no other prefix, no other network, nobody from the LAN', async () => {
    await lan.sh('ip route add 10.98.0.0/15 via 172.30.0.2');
    const tries = [
      client.reaches(BESIDE),
      stranger.reaches(PRINTER),
      lan.reaches('10.99.0.9'),
      lan.reaches('10.98.0.9'),
    ];
    expect(await Promise.all(tries)).toEqual([false, false, false, false]);
    // Nor between its networks.
    await client.sh('ip route add 10.98.0.0/24 via 10.99.0.7');
    await stranger.sh('ip route add 10.99.0.0/24 via 10.98.0.7');
    expect(await client.reaches('10.98.0.9')).toBe(false);
    // The controls: the same, where it is named.
    await tables.write(container, [
      { network: NETWORK, prefixes: ['192.168.10.0/24', '192.168.11.0/24'] },
      { network: OTHER, prefixes: ['192.168.10.0/24'] },
    ]);
    expect(await Promise.all([client.reaches(BESIDE), stranger.reaches(PRINTER)])).toEqual([true, true]);
    expect(await client.reaches('10.98.0.9')).toBe(false);
    await lan.sh('ip route del 10.98.0.0/15');
  });

  it('carries what is larger than the LAN takes', async () => {
    await tables.write(container, ways);
    // The first one learns the way; the kernel then sends parts.
    expect(await client.sh(`ping -n -c 3 -i 0.1 -W 1 -s 2000 ${PRINTER} | tail -2`)).toMatch(/[23] received/);
  });

  it.each([
    ['somebody adds a rule', 'nft insert rule ip orrery forward accept'],
    ['somebody adds a chain', 'nft add chain ip orrery mine'],
    ['somebody changes the policy', "nft add chain ip orrery forward '{ policy accept; }'"],
    ['somebody flushes it', 'nft flush table ip orrery'],
    ['somebody deletes it', 'nft delete table ip orrery'],
  ])('is noticed and replaced when %s', async (_what, script) => {
    await tables.write(container, ways);
    expect((await tables.look(container)).ways).toEqual(ways);
    await router.sh(script);
    expect(await tables.look(container)).toEqual({ forwards: true, ways: null });
    await tables.write(container, ways);
    expect((await tables.look(container)).ways).toEqual(ways);
  });

  it('counts as changed for an agent that did not write it, and for another start of the container', async () => {
    await tables.write(container, ways);
    expect((await new RouterTables().look(container)).ways).toBeNull();
    expect((await tables.look({ ...container, startedAt: 'later' })).ways).toBeNull();
    tables.keep(new Set());
    expect((await tables.look(container)).ways).toBeNull();
  });

  it('stays as it was when the kernel refuses the next one', async () => {
    await tables.write(container, ways);
    const before = await router.sh('nft list table ip orrery');
    await router.sh('echo 0 >/proc/sys/net/ipv4/ip_forward');
    expect((await tables.look(container)).forwards).toBe(false);
    await router.sh('echo 1 >/proc/sys/net/ipv4/ip_forward');
    const wrong = tableOf(ways).replace('masquerade', 'nonsense');
    await expect(router.sh(`echo '${wrong}' | nft -f -`)).rejects.toThrow('nonsense');
    expect(await router.sh('nft list table ip orrery')).toBe(before);
  });

  it('lets nothing through at all without ways', async () => {
    await tables.write(container, []);
    expect((await tables.look(container)).ways).toEqual([]);
    expect(await client.reaches(PRINTER)).toBe(false);
    await tables.write(container, ways);
    expect(await client.reaches(PRINTER)).toBe(true);
  });

  it('is never written into the namespace of the host, nor into one of another process', async () => {
    const own = { ...container, pid: process.pid };
    await expect(tables.write(own, ways)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(tables.write({ ...container, engineId: 'e'.repeat(64) }, ways)).rejects.toMatchObject({
      code: 'unsupported',
    });
    await expect(tables.look(own)).rejects.toMatchObject({ code: 'unsupported' });
  });
});
