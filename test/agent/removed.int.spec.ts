import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HelloReply } from '@orrery/shared/contracts';
import type { AgentHome } from '../support/agent/agent-process.js';
import { AgentScene } from '../support/agent/agent-scene.js';
import { identities, simulated } from '../support/agent/agent-state.js';
import type { FakeApi } from '../support/agent/fake-api.js';
import { launch } from '../support/agent/items.js';
import { eventually } from '../support/servers.js';
import { buildOnce } from '../support/system/build.js';

const UNKNOWN: HelloReply = { result: 'refused', code: 'unknown-host', cause: 'this host was removed' };

describe('an agent whose host was removed', () => {
  /** As `host rm --force` does while the agent runs: its batches are fenced, and its hellos refused. */
  const remove = (api: FakeApi) => {
    const former = api.hostId;
    api.isRemoved = true;
    api.onHello = (_hello, host) => (host === former ? UNKNOWN : undefined);
    api.onBatch = (_batch, host) => (host === former ? { result: 'fenced', cause: 'no such host' } : undefined);
    return former;
  };
  const exists = ({ home }: AgentHome, ...path: string[]) =>
    stat(join(home, ...path)).then(
      () => true,
      () => false,
    );
  const stopContainer = async (home: AgentHome) => {
    const file = join(home.home, 'simulated.json');
    const state = await simulated(home);
    const containers = state.containers.map((container) => ({ ...container, state: 'exited' }));
    await writeFile(file, JSON.stringify({ ...state, containers }));
  };

  beforeAll(buildOnce, 180_000);

  it.concurrent(
    'trusts a hello but not a fence: reports once that it was removed, not cloned, and does not join on its own',
    AgentScene.of(async ({ api, home, launched }) => {
      const { agent } = await launched();
      const joins = api.joins.length;
      remove(api);
      await api.want(launch({ name: 'second', revision: api.revision + 1 }).items);
      await eventually(() => agent.log().includes('host.removed'), { within: 30_000 });
      await eventually(() => exists(home, 'removed.json'));
      expect(agent.log()).not.toMatch(/agent\.fenced|host-cloned/);
      expect(agent.log().split('"host.removed"')).toHaveLength(2);
      expect(agent.log()).toContain('restart the agent with a valid join secret');
      expect([agent.exited, api.joins.length]).toEqual([false, joins]);
    }),
    60_000,
  );

  it.concurrent(
    'keeps saying hello when another agent uses its host, so that the API hears both in turns, and sends nothing else',
    AgentScene.of(async ({ api, launched }) => {
      const { agent } = await launched();
      api.onHello = () => ({ result: 'refused', code: 'cloned', cause: 'a newer start speaks for this host' });
      api.onBatch = () => ({ result: 'fenced', cause: 'a newer start of this agent has taken over' });
      await api.want(launch({ name: 'second', revision: api.revision + 1 }).items);
      await eventually(() => agent.log().includes('agent.fenced'), { within: 30_000 });
      const [hellos, beats] = [api.hellos.length, api.beats.length];
      await eventually(() => api.hellos.length > hellos + 1, { within: 30_000, what: 'two more hellos' });
      expect([api.beats.length - beats, agent.exited]).toEqual([0, false]);
      expect(agent.log().split('"agent.fenced"')).toHaveLength(2);
    }),
    60_000,
  );

  it.concurrent(
    'does nothing after a start at which it is not allowed to join, and resumes when the API knows it again',
    AgentScene.of(async ({ api, home, start, launched }) => {
      const { agent: first, items } = await launched();
      remove(api);
      await api.want([...items, ...launch({ name: 'second', revision: api.revision + 1 }).items]);
      await eventually(() => exists(home, 'removed.json'), { within: 30_000 });
      await first.kill('SIGTERM');
      await stopContainer(home);
      await api.nats.stop();

      const secret = { ORRERY_JOIN_SECRET_FILE: join(home.home, 'no.secret') };
      const watching = await start(secret);
      await eventually(() => watching.log().includes('agent.started'), { within: 30_000 });
      expect(watching.log()).toContain('join.not-again');
      const stateOf = async () => (await simulated(home)).containers.find(({ name }) => name === 'demo')?.state;
      // If it acted at all, it would have by the time it has looked and said hello, as the one below does.
      api.isRemoved = false;
      api.onHello = () => undefined;
      api.onBatch = () => undefined;
      expect(await stateOf()).toBe('exited');
      await api.nats.start();
      await eventually(async () => (await stateOf()) === 'running', { within: 30_000 });
      expect(await exists(home, 'removed.json')).toBe(false);
    }),
    60_000,
  );

  it.concurrent(
    'joins as a new host when a person restarts it: everything of the old one is kept, and nothing of it is used',
    AgentScene.of(async ({ api, home, start, launched }) => {
      const { agent: first } = await launched();
      const [identity] = await identities(home);
      await first.kill('SIGTERM');
      const former = remove(api);
      api.forgetHost();

      const again = await start();
      await eventually(() => api.ofType('host.started').length === 2, { within: 30_000 });
      expect(again.log()).toContain('join.again');
      const record = JSON.parse(await readFile(join(home.home, 'host.json'), 'utf8')) as { hostId: string };
      expect(record.hostId).toBe(api.hostId);
      const [folder = ''] = await readdir(join(home.home, 'former'));
      expect(folder).toContain(former);
      for (const kept of ['host.json', 'desired.json', 'journal', `identities/${identity?.node ?? ''}.json`])
        expect(await exists(home, 'former', folder, kept)).toBe(true);
      expect(await identities(home)).toEqual([]);
      await eventually(() => api.ofType('finding.raised').some(({ data }) => data.finding.code === 'item-unclaimed'), {
        within: 30_000,
      });
      expect((await simulated(home)).containers).toMatchObject([{ name: 'demo', state: 'running' }]);
    }),
    60_000,
  );
});
