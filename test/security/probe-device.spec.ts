import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ProbeTarget } from '@orrery/shared/contracts';
import { canHaveTwoWays, FAR, TwoWays } from './probe-device/two-ways.js';

jest.setTimeout(120_000);
if (!canHaveTwoWays) process.stderr.write('LEFT OUT: a node with two ways out needs Linux and root\n');

const TARGETS: [string, ProbeTarget][] = [
  ['a TCP probe', { kind: 'tcp', host: FAR.v4, port: FAR.http }],
  ['an HTTP probe', { kind: 'http', url: `http://${FAR.v4}:${FAR.http}/` }],
  ['a ping', { kind: 'ping', host: FAR.v4, count: 1 }],
];
/** Of each kind, while the route moves to and fro. */
const ROUNDS = 15;

/** One node, one route: whether a probe goes over ZeroTier is decided once, and nothing can change that afterwards. */
(canHaveTwoWays ? describe : describe.skip)('a probe that was judged to use an interface of ZeroTier', () => {
  let ways: TwoWays;
  beforeAll(async () => {
    ways = await TwoWays.open();
  });
  beforeEach(() => ways.route('zt'));
  afterAll(() => ways?.close());

  const leakedBy = async (work: () => Promise<unknown>) => {
    const before = await ways.leaked();
    await work();
    return (await ways.leaked()) - before;
  };

  it.each(TARGETS)('sends nothing over eth0 when the route moves after the judgment: %s', async (_kind, target) => {
    expect(await leakedBy(() => ways.probe(target, { late: true }))).toBe(0);
  });

  it.each(TARGETS)(
    'would be sent over eth0 when the policy allows probes to leave: the control, %s',
    async (_kind, target) => {
      const leaves = () => ways.probe(target, { late: true, mayLeaveNetworks: true });
      expect(await leakedBy(leaves)).toBeGreaterThan(0);
    },
  );

  it('sends nothing over eth0 while the route moves to and fro', async () => {
    let isOver = false;
    const toggle = async () => {
      while (!isOver) {
        await ways.route('eth0');
        await ways.route('zt');
      }
    };
    const probes = async () => {
      const codes: string[] = [];
      for (let round = 0; round < ROUNDS; round++)
        codes.push(...(await Promise.all(TARGETS.map(([, target]) => ways.probe(target)))).map(({ code }) => code));
      isOver = true;
      return codes;
    };
    const toggling = toggle();
    let codes: string[] = [];
    expect(await leakedBy(async () => (codes = await probes()))).toBe(0);
    await toggling;
    // Some were judged while the route led elsewhere, and refused; the others were sent.
    expect(new Set(codes)).toEqual(new Set(['reached', 'outside-networks']));
  });

  it('reports the same results as before: an answer, a closed port, no TLS, a redirect that leads out, IPv6', async () => {
    const codeOf = async (target: ProbeTarget) => (await ways.probe(target)).code;
    expect(await codeOf({ kind: 'http', url: `http://${FAR.v4}:${FAR.http}/` })).toBe('reached');
    expect(await codeOf({ kind: 'tcp', host: FAR.v4, port: FAR.closed })).toBe('connection-refused');
    expect(await codeOf({ kind: 'http', url: `https://${FAR.v4}:${FAR.closed}/` })).toBe('connection-refused');
    expect(await codeOf({ kind: 'http', url: `https://${FAR.v4}:${FAR.tls}/` })).toBe('tls-failed');
    expect(await codeOf({ kind: 'http', url: `http://${FAR.v4}:${FAR.http}/away` })).toBe('outside-networks');
    expect(await codeOf({ kind: 'tcp', host: FAR.v6, port: FAR.http })).toBe('reached');
    expect(await codeOf({ kind: 'http', url: `http://[${FAR.v6}]:${FAR.http}/` })).toBe('reached');
    const late = await ways.probe({ kind: 'tcp', host: FAR.v6, port: FAR.http }, { late: true });
    expect(late.code).toBe('no-route');
  });

  it('sends nothing when the kernel cannot bind a connection to an interface', async () => {
    const target = TARGETS[0]![1];
    await ways.set('net.ipv6.ip_nonlocal_bind=1');
    const refused = await ways.probe(target);
    expect(refused).toMatchObject({
      code: 'probe-failed',
      cause: expect.stringContaining('cannot bind the connection'),
    });
    expect(refused.fix).toContain('ip_nonlocal_bind');
    expect(await ways.probe(target, { mayLeaveNetworks: true })).toMatchObject({ code: 'reached' });
    await ways.set('net.ipv6.ip_nonlocal_bind=0');
    expect(await ways.probe(target)).toMatchObject({ code: 'reached' });
  });
});
