import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Signer } from '@orrery/shared/bus';
import type { CommandId, CommandState, HelloReply, SignedMessage } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import { dataPlaneFixture } from '../../../../test/support/data-plane-fixture.js';
import { BusAgent } from '../../../../test/support/bus-agent.js';
import { NETWORK } from '../../../../test/support/reports.js';
import { eventually } from '../../../../test/support/servers.js';
import { change, memberOf } from '../../../../test/support/wanted.js';
import { HelloService } from '../hello/hello.service.js';
import { LOGGER } from '../logger.js';
import { Publication } from './desired-publisher.js';
import { SIGNER } from '../bus/buses.js';

const { nats, plane, replica } = dataPlaneFixture({ settings: { ORRERY_HEARTBEAT_SECONDS: '0.4' }, replicas: 2 });
let host: TestHost;
let agent: BusAgent;
let count = 0;

beforeEach(async () => {
  host = await addHost(plane.database, `served-${++count}`);
  agent = new BusAgent(host.id, nats.url, [plane.app.get<Signer>(SIGNER).publicKey]);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await agent.close();
});

const state = async (id: CommandId) =>
  (await plane.database.query<{ state: CommandState }[]>('SELECT state FROM commands WHERE id = $1', [id]))[0]?.state;
const becomes = (id: CommandId, wanted: CommandState) =>
  eventually(async () => (await state(id)) === wanted, { what: `the command being ${wanted}` });

function desiredOf(reply: HelloReply): SignedMessage {
  if (reply.result !== 'welcome' || !reply.desired) throw new Error(`no state came: ${JSON.stringify(reply)}`);
  return reply.desired;
}

describe('a change', () => {
  it('reaches a connected host at once, signed, and its command is delivered', async () => {
    await agent.listen();
    const item = memberOf(host.node, NETWORK);
    const { id, revision } = await change(plane, host, [item]);
    await becomes(id, 'delivered');
    expect(agent.held.revision).toBe(revision);
    expect(agent.items).toMatchObject([
      { id: item.id, intent: 'present', revision, kind: 'membership', network: NETWORK },
    ]);
    const stages = await plane.database.query<unknown[]>(
      'SELECT stage FROM command_stages WHERE command_id = $1 ORDER BY id',
      [id],
    );
    expect(stages).toEqual([{ stage: 'accepted' }, { stage: 'delivered' }]);
  });

  it('that is the last of ten in a row arrives as the newest, and every command is delivered', async () => {
    await agent.listen();
    const commands = [];
    for (let n = 0; n < 10; n++) commands.push(await change(plane, host, [memberOf(host.node, `8056c2e21c00000${n}`)]));
    for (const { id } of commands) await becomes(id, 'delivered');
    expect(agent.held.revision).toBe(10);
    expect(agent.items).toHaveLength(10);
  });

  it('waits while its host is unreachable, and is delivered with hello', async () => {
    const { id, revision } = await change(plane, host, [memberOf(host.node, NETWORK)]);
    const reply = await agent.hello();
    expect(await state(id)).toBe('queued');
    expect(reply).toMatchObject({ result: 'welcome', desired: { subject: `orrery.v1.host.${host.id}.desired` } });
    agent.hold(desiredOf(reply));
    expect(agent.held.revision).toBe(revision);
    agent.beat();
    await becomes(id, 'delivered');
  });

  it('that was not published is found by the sweep while the host sends heartbeats', async () => {
    await agent.listen();
    agent.beatEvery(100);
    await eventually(async () => (await presence()) === 'online');
    // As after a crash between commit and publish: the publisher is not woken.
    await plane.database.query('UPDATE hosts SET revision = revision + 1 WHERE id = $1', [host.id]);
    await eventually(() => agent.held.revision === 1, { what: 'the swept state' });
  });

  it('is offered again when the agent did not answer', async () => {
    await agent.listen();
    agent.beatEvery(100);
    await eventually(async () => (await presence()) === 'online');
    let calls = 0;
    agent.answer = () => (++calls, Promise.resolve(undefined));
    const { id } = await change(plane, host, [memberOf(host.node, NETWORK)]);
    await eventually(() => calls > 0);
    expect(await state(id)).toBe('queued');
    agent.answer = undefined;
    await eventually(async () => (await state(id)) === 'delivered', { within: 30_000 });
  });

  it('does not wait because the previous one was refused', async () => {
    await agent.listen();
    const [first, second] = [memberOf(host.node, '8056c2e21c000001'), memberOf(host.node, '8056c2e21c000002')];
    agent.answer = async () => {
      agent.answer = undefined;
      await change(plane, host, [second]);
      return { result: 'rejected', cause: 'not this one' };
    };
    const { id } = await change(plane, host, [first]);
    await becomes(id, 'delivered');
    expect(agent.held.revision).toBe(2);
  });

  it('is not delivered by a state from another history', async () => {
    const { id } = await change(plane, host, [memberOf(host.node, NETWORK)]);
    const right = desiredOf(await agent.hello());
    const foreign = 'f'.repeat(64);
    agent.beat({ revision: 1, digest: foreign, inventory: 'a'.repeat(64) });
    await noted('a'.repeat(64));
    agent.beat({ revision: 9, digest: foreign, inventory: 'b'.repeat(64) });
    await noted('b'.repeat(64));
    agent.beat({ revision: 0, digest: null, inventory: 'c'.repeat(64) });
    await noted('c'.repeat(64));
    expect([await state(id), await heldRevision()]).toEqual(['queued', 0]);
    agent.hold(right);
    agent.beat();
    await becomes(id, 'delivered');
    expect(await heldRevision()).toBe(1);
  });

  const noted = (inventory: string) =>
    eventually(async () => (await status()).inventory === inventory, { what: 'the beat being written down' });
  const heldRevision = async () => Number((await status()).held_revision);
  const status = async () =>
    (
      await plane.database.query<[{ inventory: string; held_revision: string }]>(
        'SELECT inventory, held_revision FROM host_status WHERE host_id = $1',
        [host.id],
      )
    )[0];

  it('is sent by one replica only, when both are notified', async () => {
    await agent.listen();
    for (let n = 0; n < 5; n++)
      await change(n % 2 ? replica : plane, host, [memberOf(host.node, `8056c2e21c00000${n}`)]);
    await eventually(() => agent.held.revision === 5);
    const revisions = agent.offered.map(({ revision }) => revision);
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('is not sent again by a replica that finishes an older one while the other is sending it', async () => {
    await agent.listen();
    const offered: ((revision: number) => void)[] = [];
    agent.answer = () => new Promise((reply) => offered.push((revision) => reply({ result: 'accepted', revision })));
    const offer = (n: number) => eventually(() => offered.length === n, { what: `offer ${n}` });
    await change(plane, host, [memberOf(host.node, '8056c2e21c000001')]);
    await offer(1);
    await change(replica, host, [memberOf(host.node, '8056c2e21c000002')]);
    await offer(2);
    offered[0]?.(1);
    await eventually(async () => (await held()) === 1, { what: 'the older one being noted' });
    // As if it were woken again and again: the other replica holds the lease.
    for (let n = 0; n < 20; n++) await plane.app.get(Publication).publish(host.id);
    expect(offered).toHaveLength(2);
    offered[1]?.(2);
    await eventually(async () => (await held()) === 2, { what: 'the newer one being noted' });
    expect(offered).toHaveLength(2);
  });

  const held = async () =>
    (
      await plane.database.query<[{ held: number }]>(
        'SELECT held_revision::int AS held FROM host_status WHERE host_id = $1',
        [host.id],
      )
    )[0].held;
  const presence = async () =>
    (
      await plane.database.query<{ presence: string }[]>('SELECT presence FROM host_status WHERE host_id = $1', [
        host.id,
      ])
    )[0]?.presence;
});

describe('a command that only releases something', () => {
  it('is done when the agent holds the state without it', async () => {
    await agent.listen();
    const item = memberOf(host.node, NETWORK);
    await change(plane, host, [item]);
    const { id } = await change(plane, host, [], { removes: [item.id], action: 'release' });
    await becomes(id, 'done');
    expect(agent.items).toEqual([]);
  });
});

describe('hello', () => {
  it('is refused from a host that never joined, and accepted from one that did', async () => {
    const stranger = new BusAgent(newId('hst'), nats.url, []);
    expect(await stranger.hello()).toMatchObject({ result: 'refused', code: 'unknown-host' });
    expect(await agent.hello()).toMatchObject({ result: 'welcome', cursor: 0, openEpochs: [], heartbeatSeconds: 0.4 });
    await stranger.close();
  });

  it('brings no state to an agent that holds the newest', async () => {
    await agent.listen();
    const { id } = await change(plane, host, [memberOf(host.node, NETWORK)]);
    await becomes(id, 'delivered');
    expect(await agent.hello()).not.toHaveProperty('desired');
    expect(await agent.hello({ revision: 0, digest: null })).toHaveProperty('desired');
  });

  it('names the older epochs whose events still come first', async () => {
    const first = agent.epoch;
    await agent.hello();
    agent.epoch = newId('epo');
    expect(await agent.hello()).toMatchObject({ cursor: 0, openEpochs: [{ epoch: first, cursor: 0 }] });
  });

  it('from an agent that is ahead continues the revisions above its signed state, and settles its items again', async () => {
    await agent.listen();
    const item = memberOf(host.node, NETWORK);
    for (let n = 0; n < 4; n++) await change(plane, host, [item]);
    await eventually(() => agent.held.revision === 4);
    const command = await change(plane, host, [item]);
    await eventually(() => agent.held.revision === 5);
    // Simulates restoring a backup from before the last three changes.
    await plane.database.query('UPDATE hosts SET revision = 2 WHERE id = $1', [host.id]);
    await plane.database.query('UPDATE items SET revision = 2 WHERE host_id = $1', [host.id]);
    await plane.database.query('DELETE FROM host_desired WHERE host_id = $1', [host.id]);
    await plane.database.query(`UPDATE commands SET state = 'queued', revision = 2 WHERE id = $1`, [command.id]);

    expect(await agent.hello()).toMatchObject({ wantsState: true });
    expect(await agent.hello()).not.toHaveProperty('desired');
    const message = agent.held.message;
    const forged = { ...message, body: message?.body.replace('present', 'absent!') };
    expect(await agent.hello({ state: forged as never })).toMatchObject({ wantsState: false });
    expect(await revision()).toBe(2);

    await plane.database.query(`UPDATE store SET id = 'before', created_at = now() - interval '1 day'`);
    const reply = await agent.hello({ state: message });
    expect(await plane.database.query('SELECT id FROM store')).not.toEqual([{ id: 'before' }]);
    expect(reply).toMatchObject({ result: 'welcome', wantsState: false });
    agent.hold(desiredOf(reply));
    expect([await revision(), agent.held.revision]).toEqual([6, 6]);
    expect(agent.items).toMatchObject([{ id: item.id, revision: 6 }]);
    agent.beat();
    await becomes(command.id, 'delivered');
    await change(plane, host, [item]);
    await eventually(() => agent.held.revision === 7);
  });

  it('from an agent that holds other bytes under the same revision moves both above it', async () => {
    await agent.listen();
    await change(plane, host, [memberOf(host.node, NETWORK)]);
    await eventually(() => agent.held.revision === 1);
    const reply = await agent.hello({ digest: 'a'.repeat(64) });
    agent.hold(desiredOf(reply));
    expect([await revision(), agent.held.revision]).toEqual([2, 2]);
  });

  it('is refused from a closed epoch and accepted from the newer one', async () => {
    await agent.hello();
    const old = agent.epoch;
    agent.epoch = newId('epo');
    await agent.hello();
    await plane.database.query('UPDATE epochs SET closed = true WHERE epoch = $1', [old]);
    expect(await agent.hello({ epoch: old })).toMatchObject({ result: 'refused', code: 'cloned' });
    expect(await agent.hello()).toMatchObject({ result: 'welcome' });
  });

  it('gets no answer when it fails, and the log gives the reason', async () => {
    const replicas = [plane, replica];
    for (const { app } of replicas)
      jest.spyOn(app.get(HelloService), 'hello').mockRejectedValue(new Error('the disk is full'));
    const logs = replicas.map(({ app }) => jest.spyOn(app.get<{ warn: (line: object) => void }>(LOGGER), 'warn'));
    const asked = agent.hello().catch(() => 'no answer');
    const logged = () => logs.flatMap(({ mock }) => mock.calls.map(([line]) => line));
    await eventually(() => logged().length > 0, { what: 'a line in a log' });
    expect(logged()).toContainEqual(
      expect.objectContaining({ event: 'bus.handler-failed', cause: 'the disk is full' }),
    );
    expect(await asked).toBe('no answer');
    jest.restoreAllMocks();
    expect(await agent.hello()).toMatchObject({ result: 'welcome' });
  });

  const revision = async () =>
    (await plane.database.query<{ n: number }[]>('SELECT revision::int AS n FROM hosts WHERE id = $1', [host.id]))[0]
      ?.n;
});
