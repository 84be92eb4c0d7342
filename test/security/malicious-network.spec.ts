import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { buildStandin, canHaveHost, HostNamespace, type Came } from './malicious-network/host-namespace.js';

jest.setTimeout(120_000);
if (!canHaveHost) process.stderr.write('LEFT OUT: a host with its own routes needs Linux, root and /dev/net/tun\n');

const OURS = '10.99.0.0/24';
const POOL = { ipAssignmentPools: [{ ipRangeStart: '10.99.0.10', ipRangeEnd: '10.99.0.250' }] };
/** Over the network's own router, as an owner writes them. */
const viaOf = (target: string) => (target.includes(':') ? 'fd99::1' : '10.99.0.1');
const push = (...targets: string[]) => ({
  ...POOL,
  routes: targets.map((target) => (target === OURS ? { target } : { target, via: viaOf(target) })),
});
const HOSTILE = ['192.168.1.0/25', '172.17.0.0/17', '10.20.0.5/32', '10.0.0.0/8', '192.168.0.0/16', 'fd00::/8'];
const ALL = ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '::/0'];
const MANY = Array.from({ length: 10_000 }, (_, at) => `10.${100 + (at % 100)}.${Math.floor(at / 100) * 2}.0/24`);
const LONG_NAME = `\u001b[2J<script>alert(1)</script>${'x'.repeat(1_000_000)}`;
const targets = (routes: string[]) => routes.map((route) => route.split(' ')[0]);

const NETWORKS = {
  hostile: push(OURS, '172.31.0.0/25', ...HOSTILE, ...ALL),
  byHand: push(OURS, ...HOSTILE),
  lan: {
    ...{ ipAssignmentPools: [{ ipRangeStart: '192.168.1.100', ipRangeEnd: '192.168.1.110' }] },
    routes: [{ target: '192.168.1.0/24' }],
  },
  many: push(OURS, ...MANY),
  earth: {
    ...{ ipAssignmentPools: [{ ipRangeStart: '28.1.2.10', ipRangeEnd: '28.1.2.250' }] },
    routes: [{ target: '28.0.0.0/7' }],
  },
  longName: { ...push(OURS), name: LONG_NAME },
};
type Network = keyof typeof NETWORKS;

/**
 * docs/threats.md, the malicious network owner: against the routes of a host's kernel and a daemon that obeys as the
 * real one does.
 */
(canHaveHost ? describe : describe.skip)('the owner of a network that a host joins', () => {
  const hosts: HostNamespace[] = [];
  const outcomes = new Map<Network, PromiseSettledResult<Came>>();
  /** A separate host joins each network, all at once, because a join is mostly waiting for the daemon's next round. */
  beforeAll(async () => {
    const program = await buildStandin();
    const join = async (network: Network) => {
      const host = await HostNamespace.open(program);
      hosts.push(host);
      return host.join(NETWORKS[network], network !== 'byHand');
    };
    const names = Object.keys(NETWORKS) as Network[];
    const settled = await Promise.allSettled(names.map(join));
    for (const [index, name] of names.entries()) outcomes.set(name, settled[index] as PromiseSettledResult<Came>);
  }, 300_000);
  afterAll(() => {
    for (const host of hosts) host.close();
  });

  const cameOf = (network: Network): Came => {
    const outcome = outcomes.get(network);
    if (outcome?.status !== 'fulfilled') throw new Error(`nobody joined ${network}`, { cause: outcome?.reason });
    return outcome.value;
  };

  it('takes over neither the default route, nor the LAN, nor a bridge of Docker, nor the way to NATS, and each is named', () => {
    const came = cameOf('hostile');
    expect(came.after).toEqual(came.before);
    expect(targets(came.ofNetwork)).toEqual(expect.arrayContaining([OURS, '172.31.0.0/25']));
    for (const target of [...HOSTILE, ...ALL]) expect(targets(came.ofNetwork)).not.toContain(target);
    expect(targets(came.ofNetwork)).not.toContain('default');
    expect(came.steps.map(({ step }) => step)).toEqual(['join-network', 'configure-network']);
    expect(came.steps[0]?.allowManaged).toBe(false);
    expect(came.file).toContain('allowManaged=10.99.0.0/24,172.31.0.0/25\n');
    expect(came.findings).toMatchObject([{ code: 'route-conflict', severity: 'warning' }]);
    expect(came.findings[0]?.cause).toMatch(/192\.168\.1\.0\/24 over eth0|NATS at 10\.20\.0\.5|docker0/);
  });

  it('would take over the LAN when somebody joins by hand: the control', () => {
    expect(targets(cameOf('byHand').ofNetwork)).toEqual(expect.arrayContaining(['192.168.1.0/25', '10.20.0.5']));
  });

  it('cannot give a node an address of the LAN', () => {
    const came = cameOf('lan');
    expect([came.after, came.ofNetwork]).toEqual([came.before, []]);
    expect(came.findings[0]?.cause).toContain('192.168.1.0/24');
  });

  it('can push 10,000 routes: the list stays short, and the remaining routes are named', () => {
    const came = cameOf('many');
    expect(came.after).toEqual(came.before);
    const line = /^allowManaged=(.*)$/m.exec(came.file)?.[1] ?? '';
    expect(line.length).toBeLessThanOrEqual(1_000);
    expect(line).toContain('/');
    expect(came.findings.map(({ code }) => code)).toContain('routes-left-out');
  });

  it('can be the public Earth network: 28.0.0.0/7 takes nothing of this host and is accepted', () => {
    const came = cameOf('earth');
    expect(came.after).toEqual(came.before);
    expect(targets(came.ofNetwork)).toContain('28.0.0.0/7');
    expect([came.file.split('\n')[0], came.findings]).toEqual(['allowManaged=28.0.0.0/7', []]);
  });

  it('can choose a name of a megabyte: it is cut, and is only text', () => {
    const came = cameOf('longName');
    expect(came.name).toBe(LONG_NAME.slice(0, 255));
    expect(came.after).toEqual(came.before);
    expect(targets(came.ofNetwork)).toContain(OURS);
  });
});
