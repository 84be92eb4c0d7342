import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  ApiTokenMade,
  DoctorReport,
  type CallReply,
  type DoctorCheck,
  type DoctorResult,
  type JoinReply,
} from '@orrery/shared/contracts';
import { eventually } from '../../../../test/support/eventually.js';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { joinHost, ListeningAgent } from '../../../../test/support/joined-host.js';

const { api } = apiFixture();
let joined: JoinReply;
let made = 0;
let site: string;

const PATH = () => `/v1/hosts/${joined.name}/doctor`;
const check = (more: Partial<DoctorCheck>): DoctorCheck => ({
  ...{ code: 'tun-denied', result: 'fine', severity: null, node: null, network: null, cause: null, fix: null },
  ...more,
});
const found = (more: Partial<DoctorCheck>) =>
  check({ result: 'found', severity: 'error', cause: 'it is so', fix: 'Mend it.', ...more });
const result = (...checks: DoctorCheck[]): DoctorResult => ({
  ...{ checkedAt: '2026-11-29T10:00:00.000Z', tookMs: 12 },
  checks,
});
const examine = async (token?: string) =>
  (await api.ask('POST', PATH(), DoctorReport, token === undefined ? {} : { token })).body;
const tokenOf = async (role: string, more: object = {}) =>
  (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name: `t-${++made}`, role, ...more } })).body.secret;

describe('the doctor of a host, asked over the API', () => {
  const answering = async (answer: (call: unknown) => CallReply | Promise<CallReply>) => {
    const agent = await ListeningAgent.connect(joined);
    agent.answer = answer;
    return agent;
  };

  beforeEach(async () => {
    site = `s${++made}`;
    joined = await joinHost(api, `web-${site}`, { labels: { site } });
  }, 60_000);

  it('shows what the agent saw, with the names of nodes and with requests that help', async () => {
    const { nodeId: node, hostId: id, name } = joined;
    const facts = { port: 9993, pid: 4711 };
    const value = result(
      found({ code: 'port-9993-taken', node, facts }),
      check({ result: 'unknown', cause: 'hidden' }),
    );
    const agent = await answering(() => ({ result: 'ok', value }));
    const report = await examine();
    await agent.close();
    expect(agent.calls.map(({ op }) => op)).toEqual([{ op: 'doctor' }]);
    expect(report).toMatchObject({ host: { id, name }, simulated: false, tookMs: 12 });
    expect(report.checks).toEqual([
      expect.objectContaining({ code: 'port-9993-taken', node: { id: node, name, kind: 'host' }, facts }),
      expect.objectContaining({ code: 'tun-denied', result: 'unknown', cause: 'hidden', node: null }),
    ]);
    expect([report.checks[0]?.see?.path, report.checks[1]?.see]).toEqual(['/v1/findings', undefined]);
  });

  it('has the commands that mend what was found, made from the names that Orrery knows', async () => {
    const { nodeId: node } = joined;
    const value = result(
      found({ code: 'daemon-unreachable', node }),
      found({ code: 'host-away', cause: '; rm -rf /' }),
      check({ code: 'clock-skew' }),
    );
    const agent = await answering(() => ({ result: 'ok', value }));
    const { checks } = await examine();
    await agent.close();
    expect(checks.map(({ commands }) => commands)).toEqual([
      [{ on: 'host', host: joined.name, run: 'systemctl restart zerotier-one' }],
      [{ on: 'host', host: joined.name, run: 'systemctl restart orrery-agent' }],
      [],
    ]);
  });

  it('looks once for those who ask at the same time', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const agent = await answering(async () => {
      await gate;
      return { result: 'ok', value: result(check({})) };
    });
    const both = Promise.all([examine(), examine()]);
    await eventually(() => agent.calls.length === 1);
    go();
    const [first, second] = await both;
    expect(first).toEqual(second);
    expect(agent.calls.length).toBe(1);
    await examine();
    expect(agent.calls.length).toBe(2);
    await agent.close();
  });

  it('keeps what a newer agent looks for, and refuses what no agent says', async () => {
    const agent = await answering(() => ({ result: 'ok', value: result(found({ code: 'moon-eclipsed' })) }));
    expect((await examine()).checks[0]).toMatchObject({ code: 'moon-eclipsed', cause: 'it is so' });
    agent.answer = () => ({ result: 'ok', value: { ...result(), checks: [{ code: 1 }] } });
    await api.refused('POST', PATH(), 'call-failed');
    agent.answer = () => ({ result: 'problem', code: 'rejected', cause: 'rule calls' });
    expect((await api.refused('POST', PATH(), 'call-failed')).detail).toContain('rule calls');
    await agent.close();
  });

  it('says so if the agent is too old, is away, or the host is unknown', async () => {
    expect((await api.refused('POST', PATH(), 'host-away')).status).toBe(409);
    const agent = await answering(() => ({ result: 'ok', value: { findings: [] } }));
    const problem = await api.refused('POST', PATH(), 'call-failed');
    expect(problem.detail).toContain('too old');
    await agent.close();
    await api.refused('POST', '/v1/hosts/web-none/doctor', 'unknown-host');
    await api.refused('POST', `${PATH()}?deep=1`, 'bad-request');
  });

  it('is for operators whose scope has the host, and shows them only their networks', async () => {
    const [mine, other] = ['8056c2e21c000001', '8056c2e21c000002'] as const;
    const checks = [mine, other].map((network) => found({ code: 'dns-ignored', network }));
    const agent = await answering(() => ({ result: 'ok', value: result(...checks, found({ code: 'engine-old' })) }));
    const networksOf = async (token?: string) => (await examine(token)).checks.map(({ network }) => network);
    await api.refused('POST', PATH(), 'forbidden', { token: await tokenOf('viewer') });
    expect(await networksOf(await tokenOf('operator'))).toEqual([mine, other, null]);
    const elsewhere = await tokenOf('operator', { scope: { hosts: 'site=elsewhere' } });
    await api.refused('POST', PATH(), 'unknown-host', { token: elsewhere });
    const here = await tokenOf('operator', { scope: { hosts: `site=${site}`, networks: [mine] } });
    expect(await networksOf(here)).toEqual([mine, null]);
    await api.refused('POST', PATH(), 'forbidden', {
      token: await tokenOf('operator', { scope: { networks: [mine] } }),
    });
    await agent.close();
  });
});
