import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { canHaveHost, HostNamespace } from './malicious-network/host-namespace.js';

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
const targets = (routes: string[]) => routes.map((route) => route.split(' ')[0]);

/** THREATS, the malicious network owner: against the routes of a host's kernel and a daemon that obeys as the real one does. */
(canHaveHost ? describe : describe.skip)('the owner of a network that a host joins', () => {
  let host: HostNamespace;
  beforeAll(async () => {
    host = await HostNamespace.open();
  });
  afterAll(() => host?.close());

  it('takes neither the default route, nor the LAN, nor a bridge of Docker, nor the way to NATS, and each is named', async () => {
    const came = await host.join(push(OURS, '172.31.0.0/25', ...HOSTILE, ...ALL));
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

  it('would take the LAN, where somebody joins by hand: the control', async () => {
    const came = await host.join(push(OURS, ...HOSTILE), false);
    expect(targets(came.ofNetwork)).toEqual(expect.arrayContaining(['192.168.1.0/25', '10.20.0.5']));
  });

  it('gives an address of the LAN to nobody', async () => {
    const came = await host.join({
      ...{ ipAssignmentPools: [{ ipRangeStart: '192.168.1.100', ipRangeEnd: '192.168.1.110' }] },
      routes: [{ target: '192.168.1.0/24' }],
    });
    expect([came.after, came.ofNetwork]).toEqual([came.before, []]);
    expect(came.findings[0]?.cause).toContain('192.168.1.0/24');
  });

  it('may push 10,000 routes: the list stays short, and what is left out is named', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `10.${100 + (at % 100)}.${Math.floor(at / 100) * 2}.0/24`);
    const came = await host.join(push(OURS, ...many));
    expect(came.after).toEqual(came.before);
    const line = /^allowManaged=(.*)$/m.exec(came.file)?.[1] ?? '';
    expect(line.length).toBeLessThanOrEqual(1_000);
    expect(line).toContain('/');
    expect(came.findings.map(({ code }) => code)).toContain('routes-left-out');
  });

  it('may be the public Earth network: 28.0.0.0/7 takes nothing of this host and is let in', async () => {
    const came = await host.join({
      ...{ ipAssignmentPools: [{ ipRangeStart: '28.1.2.10', ipRangeEnd: '28.1.2.250' }] },
      routes: [{ target: '28.0.0.0/7' }],
    });
    expect(came.after).toEqual(came.before);
    expect(targets(came.ofNetwork)).toContain('28.0.0.0/7');
    expect([came.file.split('\n')[0], came.findings]).toEqual(['allowManaged=28.0.0.0/7', []]);
  });

  it('may call it what they like, for a megabyte: a name is cut, and is text', async () => {
    const name = `\u001b[2J<script>alert(1)</script>${'x'.repeat(1_000_000)}`;
    const came = await host.join({ ...push(OURS), name });
    expect(came.name).toBe(name.slice(0, 255));
    expect(came.after).toEqual(came.before);
    expect(targets(came.ofNetwork)).toContain(OURS);
  });
});
