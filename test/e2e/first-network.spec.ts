import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startCli } from '../cli/support/cli-process.js';
import { System } from '../support/system/system.js';

// A whole system, on a machine that may be busy.
jest.setTimeout(180_000);

describe('orrery on a fleet without a controller, against the real API', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['lap-7'] });
  });
  afterAll(() => system.close());
  const orrery = (line: string) =>
    startCli(line.split(' '), { ORRERY_URL: system.api.url, ORRERY_HOME: system.api.home }).ended;

  it('makes a network, and its controller first', async () => {
    const { code, out, err } = await orrery('network create lab');
    expect(code).toBe(0);
    expect(err).toContain('No controller yet: launching one on lap-7');
    expect(out).toMatch(
      /^lab {2}[0-9a-f]{16} {2}private, admits this fleet {3}pool 10\.\d+\.\d+\.0\/24 \(overlaps no route of 1 host\) {3}controller lap-7\n$/,
    );
  });

  it('launches into it without a host, without a page to click on, and shows who let it in', async () => {
    const { code, out } = await orrery('launch hello --network lab --wait=60s');
    expect(code).toBe(0);
    expect(out).toMatch(/^hello on lap-7 \(simulated\) → lab\n/);
    expect(out).toMatch(
      /\n {2}✓ authorized {2}[0-9a-f]{10} \(admission: fleet\) +[\d.]+ s\n[^]* ✓ address +10\.\d+\.\d+\.\d+\/24 +[\d.]+ s\n/,
    );
    expect((await orrery('membership get lap-7/hello lab')).out).toMatch(/\ncontroller +authorized/);
    expect((await orrery('membership ls --pending')).err).toContain('Nobody waits');
  });

  it('lets in by hand, keeps out and lets leave, and deletes it by its name', async () => {
    expect((await orrery('membership authorize 3a7f1b22c0 lab --for 8h')).out).toMatch(/\ncontroller +authorized\n/);
    expect((await orrery('membership deny lap-7/hello lab --leave --yes --wait=60s')).code).toBe(0);
    expect((await orrery('network set lab --mtu 1400')).out).toMatch(/\nmtu +1400\n/);
    expect((await orrery('controller rm lap-7 --yes')).err).toContain('controller-in-use');
    expect((await orrery('network rm lab')).code).toBe(4);
    expect((await orrery('network rm lab --yes')).code).toBe(0);
    expect((await orrery('controller rm lap-7 --yes')).code).toBe(0);
  });
});
