import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Interface, Probe } from '@orrery/shared/contracts';
import { startCli } from '../cli/support/cli-process.js';
import { System } from '../support/system/system.js';

// A whole system, on a machine that may be busy.
jest.setTimeout(180_000);

describe('orrery probe, between simulated hosts of one world', () => {
  let system: System;
  let address: string;
  beforeAll(async () => {
    system = await System.start({ hosts: ['lap-7', 'lap-8'] });
    for (const line of [
      'network create lab --on lap-7',
      'launch near --host lap-7 --network lab --wait=60s',
      'launch far --host lap-8 --network lab --wait=60s',
    ])
      expect((await orrery(line)).code).toBe(0);
    const [far] = JSON.parse((await orrery('interface ls --node lap-8/far -o json')).out) as Interface[];
    address = far?.addresses[0]?.split('/')[0] ?? '';
  });
  afterAll(() => system.close());
  const orrery = (line: string) =>
    startCli(line.split(' '), { ORRERY_URL: system.api.url, ORRERY_HOME: system.api.home }).ended;

  it('shows each reply as it comes, ends with 0, and is kept', async () => {
    const { code, out } = await orrery(`probe lap-7/near --ping ${address} --count 2`);
    expect(out).toMatch(
      /^lap-7\/near \(simulated\) {2}ping [\d.]+\n {2}· seq 1 {2}40 ms\n {2}· seq 2 {2}40 ms\nreached {2}2 of 2 answered, /,
    );
    expect(code).toBe(0);
    const kept = (await orrery('events --node lap-7/near --type probe.*')).out;
    expect(kept).toContain(`probe.started`);
    expect(kept).toContain('reached: 2 of 2 answered');
  });

  it('ends with 1 where nobody has the address, with the cause and what to look at', async () => {
    const nobody = address.replace(/\d+$/, '253');
    const { code, out } = await orrery(`probe lap-7/near --tcp ${nobody}:80`);
    expect(out).toMatch(/\ntimed-out\n {2}cause {2}no node of the network answers for [\d.]+\n {2}fix /);
    expect(code).toBe(1);
    const probe = JSON.parse((await orrery(`probe lap-7/near --ping 203.0.113.7 -o json`)).out) as Probe;
    expect(probe).toMatchObject({ state: 'finished', result: { code: 'no-route' }, node: { name: 'lap-7/near' } });
  });

  it('is not made to addresses where clouds keep credentials, nor by URLs with a password: 4 and 2', async () => {
    const { code, out } = await orrery('probe lap-7/near --http http://169.254.169.254/latest/meta-data');
    expect([code, out]).toEqual([4, expect.stringContaining('address-not-probed')]);
    expect((await orrery(`probe lap-7/near --http http://a:b@${address}/`)).code).toBe(2);
    expect((await orrery(`probe lap-7/near --http http://${address}/?token=hidden`)).code).toBe(0);
    expect((await orrery('events --type probe.* -o json')).out).not.toContain('hidden');
  });

  it('says beforehand what it would do, and does it not', async () => {
    const { code, out } = await orrery(`probe lap-7/near --tcp ${address}:443 --dry-run`);
    expect([code, out]).toEqual([0, expect.stringMatching(/lap-7 +probe +lap-7\/near +tcp [\d.]+:443/)]);
    expect((await orrery('events --type probe.started -o json')).out).not.toContain(`${address}:443`);
  });
});
