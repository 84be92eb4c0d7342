import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Hello } from '@orrery/shared/contracts';
import type { AgentHome } from '../support/agent/agent-process.js';
import { AgentScene } from '../support/agent/agent-scene.js';
import { identities, simulated } from '../support/agent/agent-state.js';
import type { FakeApi } from '../support/agent/fake-api.js';
import { launch } from '../support/agent/items.js';
import { eventually } from '../support/servers.js';
import { buildOnce } from '../support/system/build.js';

const WITHIN = { within: 30_000 };

const last = ({ hellos }: FakeApi): Hello | undefined => hellos.at(-1);
const offered = (api: FakeApi) =>
  eventually(() => last(api)?.freeIdentities.length === 3 && last(api)?.freeIdentities, {
    ...WITHIN,
    what: '3 identities in a hello',
  });
const came = (done: () => number, count: number) =>
  eventually(() => done() === count, { ...WITHIN, what: `${count} items done` });
const identityStages = (api: FakeApi) =>
  api.ofType('item.progress').flatMap(({ data }) => (data.stage === 'identity' ? [data.detail] : []));
const addressOf = async (home: AgentHome, node: string) =>
  (await identities(home)).find((one) => one.node === node)?.address;

describe('identities that an agent pre-generates', () => {
  beforeAll(buildOnce, 180_000);

  it.concurrent(
    'are offered in hello with the prefixes that the host reaches, and again when one was taken and another created',
    AgentScene.of(async ({ api, home, start, done }) => {
      await start();
      const [first = '', ...others] = await offered(api);
      expect(last(api)?.prefixes).toEqual(['172.17.0.0/16', '192.168.1.0/24']);
      const { items, container } = launch({ identity: first });
      await api.want(items);
      await came(done, 2);
      expect(identityStages(api)).toEqual([`address ${first}, pre-generated`]);
      expect((await simulated(home)).containers[0]?.daemon.identityPublic.slice(0, 10)).toBe(first);
      expect(await addressOf(home, container.node)).toBe(first);
      const now = await eventually(() => {
        const free = last(api)?.freeIdentities ?? [];
        return free.length === 3 && !free.includes(first) && free;
      }, WITHIN);
      expect(now).toEqual(expect.arrayContaining(others));
      // All of it is one session: the agent repeated its hello, and started no new epoch.
      expect([new Set(api.hellos.map(({ epoch }) => epoch)).size, api.types().includes('history.gap')]).toEqual([
        1,
        false,
      ]);
    }),
    90_000,
  );

  // Alone, because it measures time.
  it(
    'cause no more than one hello a second, and none without a change',
    AgentScene.of(async ({ api, start, done }) => {
      const said: number[] = [];
      api.onHello = () => void said.push(performance.now());
      await start();
      const free = await offered(api);
      const wanted = free.map((identity, at) => launch({ identity, name: `demo-${at}` }).items);
      await api.want(wanted.flat());
      await came(done, 6);
      await eventually(
        // All three were taken at once: after such a burst the agent keeps more of them.
        () => last(api)?.freeIdentities.length === 12 && !last(api)?.freeIdentities.includes(free[0] ?? ''),
        WITHIN,
      );
      const { length } = said;
      const beats = api.beats.length;
      await eventually(() => api.beats.length > beats + 10, WITHIN);
      expect(said).toHaveLength(length);
      // By the agent's clock, because one hello can be delayed on its way, and the next one not.
      const gaps = said.slice(1).map((at, before) => at - (said[before] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThan(500);
    }),
    90_000,
  );

  it.concurrent(
    'survive a restart, including the bound ones, and the pool is not filled beyond the desired number',
    AgentScene.of(async ({ api, home, start, done }) => {
      const agent = await start();
      const free = await offered(api);
      const { items, container } = launch({ identity: free[0] });
      await api.want(items);
      await came(done, 2);
      const before = await eventually(() => {
        const now = last(api)?.freeIdentities ?? [];
        return now.length === 3 && !now.includes(free[0] ?? '') && now;
      }, WITHIN);
      await agent.kill('SIGKILL');
      const hellos = api.hellos.length;
      await start();
      await eventually(() => api.hellos.length > hellos, WITHIN);
      expect([...(api.hellos[hellos]?.freeIdentities ?? [])].sort()).toEqual([...before].sort());
      expect(await addressOf(home, container.node)).toBe(free[0]);
      expect((await stat(join(home.home, 'identities', 'warm', `${before[0]}.json`))).mode & 0o777).toBe(0o600);
    }),
    90_000,
  );

  it.concurrent(
    'are never reused, neither after their container was removed nor for another node',
    AgentScene.of(async ({ api, home, start, done }) => {
      await start();
      const [identity = ''] = await offered(api);
      const one = launch({ identity });
      const other = launch({ identity, name: 'other', revision: 2 });
      await api.want(one.items);
      await came(done, 2);
      await api.want([...one.items, ...other.items]);
      const refused = () => api.ofType('item.settled').find(({ data }) => data.item === other.container.id);
      await eventually(() => refused(), WITHIN);
      expect(refused()?.data.outcome).toMatchObject({
        ...{ kind: 'failed', code: 'identity-lost', cause: expect.stringContaining(one.container.node) },
      });
      const gone = [...one.items, ...other.items].map((item) => ({ ...item, intent: 'absent' as const, revision: 3 }));
      await api.want(gone);
      await came(done, 2 + gone.length);
      expect([await identities(home), (await simulated(home)).containers]).toEqual([[], []]);
      await offered(api);
      expect(api.hellos.slice(-1).flatMap(({ freeIdentities }) => freeIdentities)).not.toContain(identity);
    }),
    90_000,
  );

  it.concurrent(
    'that are named but not present are regenerated, and the progress says so',
    AgentScene.of(async ({ api, home, start, done }) => {
      await start({ ORRERY_WARM_IDENTITIES: '0' });
      await eventually(() => api.beats.length > 0, WITHIN);
      const { items, container } = launch({ identity: '00c0ffee00' });
      await api.want(items);
      await came(done, 2);
      const address = await addressOf(home, container.node);
      expect(address).not.toBe('00c0ffee00');
      expect(identityStages(api)).toEqual([`address ${address}, newly generated: 00c0ffee00 is not on this host`]);
      expect(api.hellos.flatMap(({ freeIdentities }) => freeIdentities)).toEqual([]);
    }),
    90_000,
  );

  it.concurrent(
    'are not generated while the policy of the host denies the image, and are as soon as it allows it',
    AgentScene.of(async ({ api, home, start }) => {
      const policy = join(home.home, 'policy.yaml');
      await writeFile(policy, 'images: [registry.lan/*]\n', { mode: 0o600 });
      await start({ ORRERY_POLICY_FILE: policy });
      await eventually(() => api.beats.length > 10, WITHIN);
      expect(api.hellos.flatMap(({ freeIdentities }) => freeIdentities)).toEqual([]);
      await writeFile(policy, 'images: [zerotier/*]\n', { mode: 0o600 });
      await offered(api);
    }),
    90_000,
  );

  it.concurrent.each([
    'warm.before-write',
    'warm.after-write',
    'warm.before-move',
    'warm.after-move',
    'launch.identity',
  ])(
    'are each in exactly one place after a death at %s, and the launch has its own',
    (point) =>
      AgentScene.of(async ({ api, home, start, done }) => {
        const isAtMove = !point.endsWith('-write');
        const first = await start(isAtMove ? {} : { ORRERY_CRASH_AT: point });
        if (!isAtMove) await eventually(() => first.exited, { ...WITHIN, what: `the death at ${point}` });
        else {
          await offered(api);
          await first.kill('SIGKILL');
        }
        const victim = isAtMove ? await start({ ORRERY_CRASH_AT: point }) : await start();
        const [identity = ''] = await offered(api);
        const { items, container } = launch({ identity });
        await (isAtMove ? api.want(items).catch(() => undefined) : api.want(items));
        if (isAtMove) {
          await eventually(() => victim.exited, { ...WITHIN, what: `the death at ${point}` });
          await start();
        }
        await came(done, 2);
        expect(await identities(home)).toEqual([{ node: container.node, address: identity }]);
        expect((await simulated(home)).containers[0]?.daemon.identityPublic.slice(0, 10)).toBe(identity);
        await eventually(
          () => last(api)?.freeIdentities.length === 3 && !last(api)?.freeIdentities.includes(identity),
          WITHIN,
        );
      })(),
    120_000,
  );
});
