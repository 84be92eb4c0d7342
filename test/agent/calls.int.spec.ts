import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DoctorResult, PlanResult } from '@orrery/shared/contracts';
import { AgentProcess, agentHome } from '../support/agent/agent-process.js';
import { simulated } from '../support/agent/agent-state.js';
import { FakeApi } from '../support/agent/fake-api.js';
import { launch, NETWORK } from '../support/agent/items.js';
import { eventually } from '../support/servers.js';
import { buildOnce } from '../support/system/build.js';

describe('calls to a running agent', () => {
  let api: FakeApi;
  let agent: AgentProcess;
  let home: Awaited<ReturnType<typeof agentHome>>;
  beforeAll(async () => {
    await buildOnce();
    api = await FakeApi.start();
    home = await agentHome(api);
    agent = await AgentProcess.start(home);
    await eventually(() => api.beats.length > 0, { within: 30_000 });
  }, 90_000);
  afterAll(async () => {
    await agent?.kill();
    await api?.close();
  });

  it('return what would be done, and do none of it', async () => {
    const { items } = launch();
    const reply = await api.call({ op: 'plan', items });
    const { steps } = PlanResult.parse(reply.result === 'ok' && reply.value);
    expect(steps).toEqual([
      { step: 'pull-image', target: 'demo', detail: 'zerotier/zerotier:1.14.2' },
      { step: 'mint-identity', target: 'demo', detail: 'zerotier/zerotier:1.14.2' },
      { step: 'create-container', target: 'demo', detail: `zerotier/zerotier:1.14.2 ${NETWORK}` },
      { step: 'start-container', target: 'demo', detail: '' },
    ]);
    expect((await simulated(home)).containers).toEqual([]);
  });

  it('return what the doctor sees, which is nothing wrong on a healthy host', async () => {
    const reply = await api.call({ op: 'doctor' });
    const { checks } = DoctorResult.parse(reply.result === 'ok' ? reply.value : undefined);
    expect(checks.length).toBeGreaterThan(10);
    expect(checks.filter(({ result }) => result === 'found')).toEqual([]);
  });

  it('return the log of a managed container, and of no other', async () => {
    const { items, container } = launch();
    const logs = () => api.call({ op: 'logs', node: container.node, tail: 10 });
    await expect(logs()).resolves.toMatchObject({ result: 'problem', code: 'rejected' });
    await api.want(items);
    await eventually(() => api.ofType('container.started').length === 1, { within: 30_000 });
    await expect(logs()).resolves.toMatchObject({ result: 'ok', value: { text: expect.stringContaining('running') } });
  }, 60_000);
});
