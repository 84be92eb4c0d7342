import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentProcess, agentHome } from '../support/agent/agent-process.js';
import { FakeApi } from '../support/agent/fake-api.js';
import { launch } from '../support/agent/items.js';
import { eventually } from '../support/servers.js';

describe('an agent on a simulated host', () => {
  let api: FakeApi;
  let agent: AgentProcess | undefined;
  beforeEach(async () => {
    api = await FakeApi.start();
  });
  afterEach(async () => {
    await agent?.kill();
    await api.close();
  });

  it('joins, says hello, sends heartbeats, accepts a desired state, launches, reports, and stops in order', async () => {
    agent = await AgentProcess.start(await agentHome(api));
    await eventually(() => api.beats.length > 1, { within: 30_000 });
    expect(api.joins).toMatchObject([{ name: 'test-host', simulated: true }]);
    expect(new Set(api.hellos.map(({ epoch }) => epoch)).size).toBe(1);

    const { items, container, membership } = launch();
    await expect(api.want(items)).resolves.toEqual({ result: 'accepted', revision: 1 });
    const settled = await eventually(
      () => {
        const done = api.ofType('item.settled').filter(({ data }) => data.outcome.kind === 'done');
        return done.length === 2 && done;
      },
      { within: 15_000 },
    );
    expect(settled.map(({ data }) => data.item)).toEqual([container.id, membership.id]);
    const stages = api.ofType('item.progress').map(({ data }) => data.stage);
    expect(stages).toEqual([
      ...['pull', 'identity', 'created', 'started', 'daemon'],
      ...['joined', 'authorized', 'interface', 'address'],
    ]);
    expect(api.events.map(({ seq }) => seq)).toEqual(api.events.map((_, index) => index + 1));
    expect(api.types().slice(0, 2)).toEqual(['host.started', 'host.snapshot']);
    expect(await agent.kill('SIGTERM')).toBe(0);
  }, 60_000);
});
