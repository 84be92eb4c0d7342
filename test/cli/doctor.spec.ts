import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorReport, HostPage, type ShownDoctorCheck } from '@orrery/shared/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { host, id } from './support/stub-data.js';

const fine: ShownDoctorCheck = {
  ...{ code: 'engine-old', result: 'fine', severity: null, node: null, network: null, cause: null, fix: null },
  commands: [],
};
const hidden = { ...fine, code: 'tun-denied', result: 'unknown' as const, cause: 'the agent runs in a container' };
const blocked: ShownDoctorCheck = {
  ...{ ...fine, code: 'udp-blocked', result: 'found', severity: 'error', cause: 'it hears \u001b[31mnobody' },
  ...{ fix: 'Open UDP.', node: { id: id('nod', 1), name: 'web-1/demo', kind: 'container' } },
};

describe('orrery doctor', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string) => runCli(line, api.env);
  const report = (name: string, ...checks: ShownDoctorCheck[]): DoctorReport => ({
    ...{ host: { id: id('hst', 1), name }, simulated: false, tookMs: 412 },
    ...{ checkedAt: '2026-11-29T10:00:00.000Z', checks },
  });
  const answers = (name: string, ...checks: ShownDoctorCheck[]) =>
    api.on(`POST /v1/hosts/${name}/doctor`, () => json(DoctorReport, report(name, ...checks)));

  it('shows what was found and what is unknown, and counts what is fine', async () => {
    answers('web-1', blocked, hidden, fine);
    const { code, out } = await orrery('doctor web-1');
    const [head, first, second, last, ...more] = out.split('\n');
    expect(code).toBe(0);
    expect(head).toMatch(/^WHERE +RESULT +CODE +CAUSE +FIX$/);
    expect(first).toMatch(/^web-1\/demo +error +udp-blocked +it hears .*nobody +Open UDP\.$/);
    expect(out).not.toContain('\u001b');
    expect(second).toMatch(/^web-1 +unknown +tun-denied +the agent runs in a container +-$/);
    expect([last, more]).toEqual(['web-1: 1 found, 1 unknown, 1 fine (0.41 s)', []]);
    expect((await orrery('doctor web-1 -o wide')).out).toMatch(/web-1 +fine +engine-old/);
    expect(JSON.parse((await orrery('doctor web-1 -o json')).out)).toEqual(report('web-1', blocked, hidden, fine));
  });

  it('only looks, so it sends no Idempotency-Key', async () => {
    answers('web-1', fine);
    expect(await orrery('doctor web-1')).toMatchObject({ code: 0, out: 'web-1: 1 fine (0.41 s)' });
    expect(api.requests.at(-1)?.headers).not.toHaveProperty('idempotency-key');
  });

  it('asks all hosts that are online, and tells which of them do not answer', async () => {
    const items = [host('web-1'), host('web-2', {}, 2)];
    api.on('GET /v1/hosts', () => json(HostPage, { items, next: null }));
    answers('web-1', fine);
    api.on('POST /v1/hosts/web-2/doctor', () => problem(409, 'host-away', 'the agent of web-2 is not connected'));
    const all = await orrery('doctor');
    expect(api.requests[0]?.query).toMatchObject({ presence: 'online' });
    expect(all).toMatchObject({ code: 0, out: 'web-1: 1 fine (0.41 s)' });
    expect(all.err).toBe('error web-2: the agent of web-2 is not connected (host-away)');
    expect(JSON.parse((await orrery('doctor -o json')).out)).toEqual([
      report('web-1', fine),
      { host: { name: 'web-2' }, problem: expect.objectContaining({ code: 'host-away' }) },
    ]);
    const one = await orrery('doctor web-2');
    expect([one.code, one.err]).toEqual([expect.any(Number), expect.stringContaining('host-away')]);
    expect(one.code).toBeGreaterThan(0);
  });

  it('says so if no host is online, or if it would have to ask in two ways', async () => {
    api.on('GET /v1/hosts', () => json(HostPage, { items: [], next: null }));
    expect(await orrery('doctor')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('No hosts are online'),
    });
    expect((await orrery('doctor web-1 -l a=b')).code).toBe(2);
  });

  it('reports on stderr that it is looking, once that takes longer than a second', async () => {
    api.on('POST /v1/hosts/web-1/doctor', async () => {
      await delay(1_300);
      return json(DoctorReport, report('web-1', fine));
    });
    expect((await orrery('doctor web-1')).err).toBe('looking at 1 machine…');
  });
});
