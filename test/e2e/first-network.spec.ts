import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Interface } from '@orrery/shared/contracts';
import { startCli } from '../cli/support/cli-process.js';
import { System } from '../support/system/system.js';

// A whole system, on a machine that can be busy.
jest.setTimeout(180_000);

describe('orrery on a fleet without a controller, against the real API', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['lap-7'] });
  });
  afterAll(() => system.close());
  const orrery = (line: string) =>
    startCli(line.split(' '), { ORRERY_URL: system.api.url, ORRERY_HOME: system.api.home }).ended;

  it('creates a network, and its controller first', async () => {
    const { code, out, err } = await orrery('network create lab');
    expect(code).toBe(0);
    expect(err).toContain('No controller yet: launching one on lap-7');
    expect(out).toMatch(
      /^lab {2}[0-9a-f]{16} {2}private, admits this fleet {3}pool 10\.\d+\.\d+\.0\/24 \(overlaps no route of 1 host\) {3}controller lap-7\n$/,
    );
  });

  it('launches into it without a host and without a web page, and shows what authorized it', async () => {
    const { code, out } = await orrery('launch hello --network lab --wait=60s');
    expect(code).toBe(0);
    expect(out).toMatch(/^hello on lap-7 \(simulated\) → lab\n/);
    expect(out).toMatch(
      /\n {2}✓ authorized {2}[0-9a-f]{10} \(admission: fleet\) +[\d.]+ s\n[^]* ✓ address +10\.\d+\.\d+\.\d+\/24 +[\d.]+ s\n/,
    );
    expect((await orrery('membership get lap-7/hello lab')).out).toMatch(/\ncontroller +authorized/);
    expect((await orrery('membership ls --pending')).err).toContain('No nodes are waiting');
  });

  it('shows what a node reaches, each reply as it arrives, and keeps the result', async () => {
    expect((await orrery('launch far --network lab --wait=60s')).code).toBe(0);
    const addressOf = async (node: string) => {
      const [shown] = JSON.parse((await orrery(`interface ls --node ${node} -o json`)).out) as Interface[];
      return shown?.addresses[0]?.split('/')[0] ?? '';
    };
    const [address, own] = [await addressOf('lap-7/far'), await addressOf('lap-7/hello')];
    const free = ['251', '252', '253']
      .map((last) => address.replace(/\d+$/, last))
      .find((one) => ![address, own].includes(one));
    const { code, out } = await orrery(`probe lap-7/hello --ping ${address} --count 2`);
    expect(out).toMatch(
      /^lap-7\/hello \(simulated\) {2}ping [\d.]+\n {2}· seq 1 {2}40 ms\n {2}· seq 2 {2}40 ms\nreached {2}2 of 2 answered, /,
    );
    expect(code).toBe(0);
    const nobody = await orrery(`probe lap-7/hello --tcp ${free}:80`);
    expect(nobody.out).toMatch(/\ntimed-out\n {2}cause {2}no node of the network answers for [\d.]+\n {2}fix /);
    expect(nobody.code).toBe(1);
    const cloud = await orrery('probe lap-7/hello --http http://169.254.169.254/latest -o json');
    expect([cloud.code, JSON.parse(cloud.out)]).toMatchObject([4, { result: { code: 'address-not-probed' } }]);
    expect((await orrery(`probe lap-7/hello --http http://a:b@${address}/`)).code).toBe(2);
    expect((await orrery(`probe lap-7/hello --http http://${address}/?token=hidden`)).code).toBe(0);
    const kept = (await orrery('events --node lap-7/hello --type probe.*')).out;
    expect(kept).toContain('reached: 2 of 2 answered');
    expect(kept).not.toContain('hidden');
  });

  it('authorizes by hand, denies with leave, and deletes the network when confirmed', async () => {
    expect((await orrery('membership authorize 3a7f1b22c0 lab --for 8h')).out).toMatch(/\ncontroller +authorized\n/);
    expect((await orrery('membership deny lap-7/hello lab --leave --yes --wait=60s')).code).toBe(0);
    expect((await orrery('network set lab --mtu 1400')).out).toMatch(/\nmtu +1400\n/);
    expect((await orrery('controller rm lap-7 --yes')).err).toContain('controller-in-use');
    expect((await orrery('network rm lab')).code).toBe(4);
    expect((await orrery('network rm lab --yes')).code).toBe(0);
    expect((await orrery('controller rm lap-7 --yes')).code).toBe(0);
  });
});
