import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { newSigningKey, Signer } from '@orrery/shared/bus';
import { AgentScene } from '../support/agent/agent-scene.js';
import { pruneContainers, simulated } from '../support/agent/agent-state.js';
import type { FakeApi } from '../support/agent/fake-api.js';
import { launch, PRIVATE_NETWORK } from '../support/agent/items.js';
import { eventually, freePort, temporaryFolder } from '../support/servers.js';
import { buildOnce } from '../support/system/build.js';
import { asOnCalmMachine } from '../support/calm.js';

const gapless = ({ epochs, events }: FakeApi) =>
  epochs.every(({ epoch, cursor }) => {
    const seqs = events.filter((event) => event.epoch === epoch).map(({ seq }) => seq);
    return seqs.length === cursor && seqs.every((seq, index) => seq === index + 1);
  });

describe('the connections of an agent', () => {
  beforeAll(buildOnce, 180_000);

  it.concurrent(
    'works from its stored state while NATS is down, and reports when it is back (F2)',
    AgentScene.of(async ({ api, home, start, launched }) => {
      const { agent } = await launched();
      const before = (await simulated(home)).containers[0]?.daemon.identityPublic;
      await agent.kill('SIGTERM');
      await pruneContainers(home);
      await api.nats.stop();

      const again = await start();
      await eventually(async () => (await simulated(home)).containers[0]?.state === 'running', { within: 15_000 });
      expect((await simulated(home)).containers[0]?.daemon.identityPublic).toBe(before);
      const told = api.events.length;
      await api.nats.start();
      const returned = Date.now();
      await eventually(() => api.hellos.length > 1 && api.events.length > told, { within: 30_000 });
      // Five seconds on an idle machine.
      expect(Date.now() - returned).toBeLessThan(asOnCalmMachine(20_000));
      await eventually(() => api.ofType('container.created').length === 2, { within: 30_000 });
      expect([again.exited, gapless(api)]).toEqual([false, true]);
    }),
    60_000,
  );

  it.concurrent(
    'says hello again after NATS was killed and started with empty memory (F3)',
    AgentScene.of(async ({ api, done, launched }) => {
      await launched();
      await api.nats.kill();
      // Before the agent can say hello again: only the answer to that one hello can tell it.
      const { items } = launch({ name: 'second', revision: 2 });
      api.desired = api.sign(items);
      await api.nats.start();
      await eventually(() => done() === 4, { within: 30_000 });
      expect([api.ofType('container.created').length, gapless(api)]).toEqual([2, true]);
    }),
    60_000,
  );

  it.concurrent(
    'tells nothing twice after it was killed before it heard that its last events are stored (F7)',
    AgentScene.of(async ({ api, start, done }) => {
      const first = launch();
      const settled = ({ items }: ReturnType<typeof launch>) =>
        api.ofType('item.settled').filter(({ data }) => items.some(({ id }) => id === data.item)).length;
      api.desired = api.sign(first.items);
      const victim = await start();
      api.onBatch = (batch) => {
        const reply = api.store(batch);
        if (done() < 2) return reply;
        victim.child.kill('SIGKILL');
        return 'silence';
      };
      await eventually(() => victim.exited, { within: 30_000 });
      api.onBatch = () => undefined;
      await start();
      await eventually(() => (api.epochs.at(-1)?.cursor ?? 0) > 0 && api.epochs.length === 2, { within: 30_000 });
      // By now the newer start has closed the epoch of the older one: the answer to the next hello no longer names it.
      const hellos = api.hellos.length;
      await api.nats.kill();
      await api.nats.start();
      await eventually(() => api.hellos.length > hellos, { within: 30_000 });
      const second = launch({ name: 'second', revision: 2 });
      api.desired = api.sign([...first.items, ...second.items]);
      await api.nats.kill();
      await api.nats.start();
      await eventually(() => settled(second) === 2, { within: 30_000 });
      expect(settled(first)).toBe(2);
      expect([api.types().includes('history.gap'), gapless(api)]).toEqual([false, true]);
    }),
    90_000,
  );

  it.concurrent(
    'counts a thousand copies of one state as one, and never goes back to an older one (F15)',
    AgentScene.of(async ({ api, start, done }) => {
      const { items } = launch();
      await start();
      await eventually(() => api.beats.length > 0, { within: 30_000 });
      const [older, newer] = [api.sign([]), api.sign(items)];
      const replies = await Promise.all(Array.from({ length: 1000 }, () => api.send(newer)));
      expect(new Set(replies.map(({ result }) => result))).toEqual(new Set(['accepted']));
      await expect(api.send(older)).resolves.toEqual({ result: 'stale', revision: 2 });
      await eventually(() => done() === 2, { within: 30_000 });
      expect(api.ofType('container.created')).toHaveLength(1);
    }),
    60_000,
  );

  it.concurrent(
    'does nothing for a state with any changed byte',
    AgentScene.of(async ({ api, home, start, done }) => {
      const { items } = launch();
      await start();
      await eventually(() => api.beats.length > 0, { within: 30_000 });
      const message = api.sign(items);
      for (let at = 0; at < message.body.length; at++) {
        const bytes = Buffer.from(message.body, 'latin1');
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        expect((await api.send({ ...message, body: bytes.toString('latin1') })).result).toBe('rejected');
      }
      expect((await simulated(home)).containers).toEqual([]);
      await expect(api.send(message)).resolves.toMatchObject({ result: 'accepted' });
      await eventually(() => done() === 2, { within: 30_000 });
    }),
    60_000,
  );

  it.concurrent(
    'resends events that it does not know to be stored, and they are stored once',
    AgentScene.of(async ({ api, launched }) => {
      let batches = 0;
      api.onBatch = (batch) => {
        if (++batches > 2) return undefined;
        api.store(batch);
        return 'silence';
      };
      await launched();
      expect(batches).toBeGreaterThan(1);
      expect([api.ofType('container.created').length, gapless(api)]).toEqual([1, true]);
    }),
    90_000,
  );

  it.concurrent(
    'waits when the API is busy, and loses nothing',
    AgentScene.of(async ({ api, launched }) => {
      let busy = 5;
      const sent: (string | undefined)[] = [];
      api.onBatch = ({ at }) => {
        sent.push(at);
        return busy-- > 0 ? { result: 'busy', retryAfterMs: 50 } : undefined;
      };
      await launched();
      expect([busy < 0, gapless(api)]).toEqual([true, true]);
      // Different each time: it tells the API how long ago its events were.
      expect(new Set(sent.slice(0, 6)).size).toBe(6);
    }),
    60_000,
  );

  it.concurrent(
    'says hello between long waits for a busy API, so that it does not count as cut off, and loses nothing',
    AgentScene.of(async ({ api, launched }) => {
      let busy = 3;
      let greeted = 0;
      api.onBatch = () => {
        if (busy-- <= 0) return undefined;
        greeted = api.hellos.length;
        return { result: 'busy', retryAfterMs: 1000 };
      };
      await launched();
      expect([greeted >= 3, gapless(api)]).toEqual([true, true]);
    }),
    60_000,
  );

  it.concurrent(
    'reports the loss of an event that the API never accepts, and continues with the others',
    AgentScene.of(async ({ api, launched }) => {
      api.onBatch = (batch) =>
        batch.events.some(({ type }) => type === 'node.up') ? { result: 'refused', cause: 'poison' } : undefined;
      await launched();
      expect([api.types().includes('node.up'), gapless(api)]).toEqual([false, true]);
      expect(api.ofType('history.gap')).toMatchObject([{ data: { cause: 'refused: poison' } }]);
    }),
    60_000,
  );

  it.concurrent(
    'sends everything again to an API whose database is older (F27)',
    AgentScene.of(async ({ api, start, launched }) => {
      const { agent } = await launched();
      await agent.kill('SIGTERM');
      const second = await start();
      await eventually(() => api.epochs.length === 2 && (api.epochs[1]?.cursor ?? 0) > 0, { within: 30_000 });
      await eventually(() => gapless(api));
      const all = api.events.map(({ epoch, seq, type }) => `${epoch} ${seq} ${type}`);

      // The backup knew the first ten events of the first epoch, and nothing of the second.
      api.events.splice(10);
      api.epochs = [{ epoch: api.epochs[0]?.epoch ?? 'epo_x', cursor: 10, closed: false }];
      await api.nats.kill();
      await api.nats.start();
      await eventually(() => api.events.length >= all.length, { within: 15_000 });
      expect(api.events.map(({ epoch, seq, type }) => `${epoch} ${seq} ${type}`).slice(0, all.length)).toEqual(all);
      expect([gapless(api), second.exited]).toEqual([true, false]);
    }),
    60_000,
  );

  it.concurrent(
    'only observes once a newer agent has its identity (F21)',
    AgentScene.of(async ({ api, home, start, launched }) => {
      const { agent } = await launched();
      const copy = { ...home, home: await temporaryFolder('clone') };
      await cp(home.home, copy.home, { recursive: true, filter: (path) => !path.endsWith('LOCK') });
      const clone = await start({}, { ...copy, env: { ...home.env, ORRERY_AGENT_HOME: copy.home } });
      await eventually(() => api.epochs.length === 2 && (api.epochs[1]?.cursor ?? 0) > 0, { within: 30_000 });
      // The older one's next message is answered with `fenced`.
      const { items } = launch({ name: 'second', revision: api.revision + 1 });
      await api.want(items);
      await eventually(() => agent.log().includes('agent.fenced'), { within: 30_000 });
      const beats = api.beats.length;
      await eventually(() => api.beats.length > beats + 3);
      expect(new Set(api.beats.slice(beats).map(({ epoch }) => epoch)).size).toBe(1);
      expect([agent.exited, clone.exited]).toEqual([false, false]);
    }),
    60_000,
  );

  it.concurrent(
    'finds NATS again at the new address that the API reports, as the same host',
    AgentScene.of(async ({ api, home, start, launched }) => {
      const { agent } = await launched();
      await agent.kill('SIGTERM');
      const file = join(home.home, 'host.json');
      const record = JSON.parse(await readFile(file, 'utf8')) as { nats: { url: string } };
      record.nats.url = `nats://127.0.0.1:${await freePort()}`;
      await writeFile(file, JSON.stringify(record));
      const hellos = api.hellos.length;
      const again = await start();
      await eventually(() => api.hellos.length > hellos, { within: 30_000 });
      expect([again.exited, api.joins.length, api.renewals.length]).toEqual([false, 1, 1]);
      await eventually(() => api.ofType('host.started').length >= 2, { within: 30_000 });
      expect([api.ofType('container.created').length, gapless(api)]).toEqual([1, true]);
    }),
    90_000,
  );

  it.concurrent(
    'asks over HTTP for the keys of the API when answers on NATS are signed with a new one, and continues',
    AgentScene.of(async ({ api, home, start, launched }) => {
      const { agent, items } = await launched();
      await agent.kill('SIGTERM');
      api.signer = new Signer(newSigningKey());
      const again = await start();
      await eventually(() => again.log().includes('bus.answer-unproven'), { within: 30_000 });
      expect(again.log()).not.toContain('hello.welcome');
      await eventually(() => again.log().includes('join.refreshed'), { within: 60_000 });
      await eventually(() => again.log().includes('hello.welcome'), { within: 30_000 });
      const { items: more } = launch({ name: 'second', revision: api.revision + 1 });
      await expect(api.want([...items, ...more])).resolves.toMatchObject({ result: 'accepted' });
      expect([again.exited, api.joins.length, gapless(api)]).toEqual([false, 1, true]);
      expect(JSON.parse(await readFile(join(home.home, 'host.json'), 'utf8'))).toMatchObject({
        signingKeys: [api.signer.publicKey],
      });
    }),
    90_000,
  );

  it.concurrent(
    'waits for an authorization and is done when it is granted',
    AgentScene.of(async ({ api, home, start }) => {
      const { items, membership } = launch({}, PRIVATE_NETWORK);
      api.desired = api.sign(items);
      await start();
      const outcomes = () => api.ofType('item.settled').filter(({ data }) => data.item === membership.id);
      await eventually(() => outcomes().length === 1, { within: 30_000 });
      expect(outcomes()[0]?.data.outcome).toMatchObject({ kind: 'waiting', code: 'authorization' });
      await mkdir(join(home.home, 'authorized'));
      await writeFile(join(home.home, 'authorized', PRIVATE_NETWORK), '');
      await eventually(() => outcomes().length === 2, { within: 30_000 });
      expect(outcomes()[1]?.data.outcome).toMatchObject({ kind: 'done' });
      const told = api.types().filter((type) => type.startsWith('authorization.'));
      expect(told).toEqual(['authorization.requested', 'authorization.granted']);
    }),
    60_000,
  );

  it.concurrent(
    'stops in order, with work in flight, within ten seconds (F24)',
    AgentScene.of(async ({ api, start, done }) => {
      const agent = await start();
      await eventually(() => api.beats.length > 0, { within: 30_000 });
      await api.want(launch().items);
      await eventually(() => agent.log().includes('step.started'));
      const asked = Date.now();
      expect(await agent.kill('SIGTERM')).toBe(0);
      expect(Date.now() - asked).toBeLessThan(asOnCalmMachine(10_000));
      const again = await start();
      await eventually(() => done() === 2, { within: 30_000 });
      expect([again.exited, api.ofType('container.created').length, gapless(api)]).toEqual([false, 1, true]);
    }),
    60_000,
  );
});
