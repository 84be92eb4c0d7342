import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, CommandState, ItemId, Outcome, Stage } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { dataPlaneFixture } from '../../../../test/support/data-plane-fixture.js';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import { aMembership, engineDown, membershipFact, NETWORK, Reporter } from '../../../../test/support/reports.js';
import { eventually } from '../../../../test/support/servers.js';
import { change, failed, memberOf, settled, waiting } from '../../../../test/support/wanted.js';

const { plane } = dataPlaneFixture();
let host: TestHost;
let agent: Reporter;
let count = 0;
const OTHER = '8056c2e21c000002';

beforeEach(async () => {
  host = await addHost(plane.database, `asked-${++count}`);
  agent = new Reporter(plane, host);
});

async function look(id: CommandId) {
  const [command] = await plane.database.query<{ state: CommandState; outcome: Outcome | null; ended: boolean }[]>(
    'SELECT state, outcome, ended_at IS NOT NULL AS ended FROM commands WHERE id = $1',
    [id],
  );
  return command;
}
const stages = async (id: CommandId) =>
  (
    await plane.database.query<{ stage: Stage }[]>(
      'SELECT stage FROM command_stages WHERE command_id = $1 ORDER BY id',
      [id],
    )
  ).map(({ stage }) => stage);
const told = (id: CommandId) =>
  plane.database
    .query<{ type: string }[]>(`SELECT type FROM events WHERE command_id = $1 AND type LIKE 'command.%' ORDER BY id`, [
      id,
    ])
    .then((rows) => rows.map(({ type }) => type));
const itemIds = async () =>
  (await plane.database.query<{ id: ItemId }[]>('SELECT id FROM items WHERE host_id = $1', [host.id])).map(
    ({ id }) => id,
  );
const progress = (item: ItemId, revision: number, stage: Stage, detail = '') => ({
  type: 'item.progress' as const,
  data: { item, revision, stage, detail },
});

describe('a command', () => {
  it('is done when all its items are, and its progress can be read', async () => {
    const [one, two] = [memberOf(host.node, NETWORK), memberOf(host.node, OTHER)];
    const { id, revision } = await change(plane, host, [one, two]);
    await agent.say(progress(one.id, revision, 'joined'), progress(one.id, revision, 'address', '10.1.2.3/24'));
    await agent.say(settled(one.id, revision));
    expect(await look(id)).toMatchObject({ state: 'delivered', ended: false });
    await agent.say(progress(two.id, revision, 'joined'), settled(two.id, revision));
    expect(await look(id)).toEqual({ state: 'done', outcome: { kind: 'done' }, ended: true });
    expect(await stages(id)).toEqual(['accepted', 'delivered', 'joined', 'address', 'joined', 'done']);
    await eventually(async () => (await told(id)).length === 3);
    expect(await told(id)).toEqual(['command.created', 'command.delivered', 'command.done']);
  });

  it('that is done stays so, and shows when its node was heard after that; nothing else is added', async () => {
    const item = memberOf(host.node, NETWORK);
    const { id, revision } = await change(plane, host, [item]);
    await agent.say(settled(item.id, revision));
    await agent.say(progress(item.id, revision, 'heard'), progress(item.id, revision, 'interface', 'zt0'));
    expect([await look(id), await stages(id)]).toEqual([
      { state: 'done', outcome: { kind: 'done' }, ended: true },
      ['accepted', 'delivered', 'done', 'heard'],
    ]);
  });

  it('waits, and can still become done', async () => {
    const item = memberOf(host.node, NETWORK);
    const { id, revision } = await change(plane, host, [item]);
    await agent.say(settled(item.id, revision, waiting));
    expect(await look(id)).toEqual({ state: 'waiting', outcome: waiting, ended: false });
    await agent.say(settled(item.id, revision));
    expect(await look(id)).toMatchObject({ state: 'done', ended: true });
    expect(await told(id)).toEqual(['command.created', 'command.delivered', 'command.waiting', 'command.done']);
  });

  it('that waits and is done within one batch is done', async () => {
    const item = memberOf(host.node, NETWORK);
    const { id, revision } = await change(plane, host, [item]);
    await agent.say(settled(item.id, revision, waiting), settled(item.id, revision));
    expect(await look(id)).toMatchObject({ state: 'done' });
  });

  it('fails with the first item that does, and stays failed even if the item is done later', async () => {
    const [one, two] = [memberOf(host.node, NETWORK), memberOf(host.node, OTHER)];
    const { id, revision } = await change(plane, host, [one, two]);
    await agent.say(settled(one.id, revision, failed));
    expect(await look(id)).toEqual({ state: 'failed', outcome: failed, ended: true });
    await agent.say(settled(one.id, revision), settled(two.id, revision));
    expect(await look(id)).toMatchObject({ state: 'failed' });
    const [status] = await plane.database.query<unknown[]>('SELECT outcome FROM item_status WHERE item_id = $1', [
      one.id,
    ]);
    expect(status).toEqual({ outcome: { kind: 'done' } });
  });

  it('is not moved by an outcome at another revision, or of the item of another host', async () => {
    const item = memberOf(host.node, NETWORK);
    const { id, revision } = await change(plane, host, [item]);
    const thief = new Reporter(plane, await addHost(plane.database, `thief-${count}`));
    await agent.say(settled(item.id, revision + 1, failed), settled(newId('itm'), revision, failed));
    await thief.say(settled(item.id, revision, failed));
    expect(await look(id)).toMatchObject({ state: 'queued' });
    await agent.say(settled(item.id, revision));
    expect(await look(id)).toMatchObject({ state: 'done' });
  });

  it('is superseded by a later one for the same item, and outcomes then move only the later one', async () => {
    const item = memberOf(host.node, NETWORK);
    const first = await change(plane, host, [item]);
    const bystander = await change(plane, host, [memberOf(host.node, OTHER)]);
    const second = await change(plane, host, [item]);
    expect(second.revision).toBe(first.revision + 2);
    expect(await look(first.id)).toMatchObject({ state: 'superseded', ended: true });
    expect(await look(bystander.id)).toMatchObject({ state: 'queued' });
    await agent.say(settled(item.id, first.revision), settled(item.id, second.revision, waiting));
    expect(await look(first.id)).toMatchObject({ state: 'superseded' });
    expect(await look(second.id)).toMatchObject({ state: 'waiting' });
  });

  it('is found by the events of its items', async () => {
    const item = memberOf(host.node, NETWORK);
    const { id, revision } = await change(plane, host, [item]);
    await agent.say(
      progress(item.id, revision, 'joined'),
      membershipFact('network.joined', host.node, aMembership()),
      settled(item.id, revision),
    );
    const rows = await plane.database.query<unknown[]>(
      `SELECT type, subject, data FROM events WHERE command_id = $1 AND type LIKE 'item.%' ORDER BY id`,
      [id],
    );
    const subject = `${host.name}/${NETWORK}`;
    // Agents name items alone.
    const named = { node: host.node, network: NETWORK, container: null };
    const data = { item: item.id, revision, ...named, desired: { kind: 'membership', intent: 'present', revision } };
    expect(rows).toEqual([
      { type: 'item.progress', subject, data: { ...data, stage: 'joined', detail: expect.any(String) } },
      { type: 'item.settled', subject, data: { ...data, outcome: { kind: 'done' } } },
    ]);
  });
});

describe('an absent item', () => {
  it('stays until it is settled as done, then it goes, and the revision stays', async () => {
    const item = memberOf(host.node, NETWORK);
    await change(plane, host, [item]);
    const { id, revision } = await change(plane, host, [{ ...item, intent: 'absent' }], { action: 'leave' });
    await agent.say(settled(item.id, revision - 1), settled(item.id, revision, failed));
    expect(await itemIds()).toEqual([item.id]);
    await agent.say(settled(item.id, revision));
    expect(await itemIds()).toEqual([]);
    expect(await look(id)).toMatchObject({ state: 'failed' });
    const [row] = await plane.database.query<unknown[]>('SELECT revision::int FROM hosts WHERE id = $1', [host.id]);
    expect(row).toEqual({ revision });
  });

  it('that is desired again before it was settled stays', async () => {
    const item = memberOf(host.node, NETWORK);
    await change(plane, host, [item]);
    const { revision } = await change(plane, host, [{ ...item, intent: 'absent' }]);
    await change(plane, host, [item]);
    await agent.say(settled(item.id, revision));
    expect(await itemIds()).toEqual([item.id]);
  });
});

describe('what a node loses', () => {
  const lost = () =>
    plane.database.query<unknown[]>(
      `SELECT type, data ->> 'ordered' AS ordered FROM events WHERE host_id = $1 AND type IN ('network.left', 'node.down') ORDER BY id`,
      [host.id],
    );
  const left = (network: string) => membershipFact('network.left', host.node, null, network);

  it('is said to be ordered while it is to leave that network, and not otherwise', async () => {
    const item = memberOf(host.node, NETWORK);
    await change(plane, host, [item]);
    await plane.database.query(
      `INSERT INTO memberships (node_id, network_id, host_id, item_id) VALUES ($1, $2, $3, $4)`,
      [...[host.node, NETWORK, host.id, item.id]],
    );
    await agent.say(left(NETWORK));
    await change(plane, host, [{ ...item, intent: 'absent' }], { action: 'leave' });
    const down = { type: 'node.down' as const, data: { node: host.node, after: null, cause: 'no answer' } };
    await agent.say(left(NETWORK), left(OTHER), down);
    expect(await lost()).toEqual([
      { type: 'network.left', ordered: null },
      { type: 'network.left', ordered: 'leave' },
      { type: 'network.left', ordered: null },
      { type: 'node.down', ordered: null },
    ]);
  });
});

describe('a cancelled command', () => {
  it('leaves its items as they were before it, and an item that it created becomes absent', async () => {
    const [old, made] = [memberOf(host.node, NETWORK), memberOf(host.node, OTHER)];
    const first = await change(plane, host, [old]);
    await agent.say(settled(old.id, first.revision));
    const changed = {
      ...old,
      settings: { allowManaged: false, allowGlobal: true, allowDefault: false, allowDNS: false },
    };
    const second = await change(plane, host, [changed, made]);
    await plane.database.transaction((manager) => plane.app.get(DesiredWriter).cancel(manager, second.id, 'tester'));
    expect(await look(second.id)).toMatchObject({ state: 'cancelled' });
    const rows = await plane.database.query<unknown[]>(
      `SELECT id, intent, body -> 'settings' ->> 'allowGlobal' AS global, revision::int FROM items WHERE host_id = $1 ORDER BY created_at, id`,
      [host.id],
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { id: old.id, intent: 'present', global: 'false', revision: second.revision + 1 },
        { id: made.id, intent: 'absent', global: 'false', revision: second.revision + 1 },
      ]),
    );
    await eventually(async () => (await told(second.id)).includes('command.cancelled'));
  });

  it('must be one that no agent has seen', async () => {
    const item = memberOf(host.node, NETWORK);
    const { id, revision } = await change(plane, host, [item]);
    await agent.say(settled(item.id, revision, waiting));
    const cancel = plane.database.transaction((manager) => plane.app.get(DesiredWriter).cancel(manager, id, 'tester'));
    await expect(cancel).rejects.toMatchObject({ code: 'not-cancellable' });
    expect(await look(id)).toMatchObject({ state: 'waiting' });
  });
});

describe('the outbox', () => {
  it('is moved into the history in its order, with or without agents that report', async () => {
    const item = memberOf(host.node, NETWORK);
    const { id } = await change(plane, host, [item]);
    await eventually(async () => (await told(id)).length === 1);
    await agent.say(engineDown('a'));
    const left = await plane.database.query<unknown[]>('SELECT FROM outbox WHERE host_id = $1', [host.id]);
    expect(left).toEqual([]);
  });

  it('keeps nothing of a transaction that was rolled back', async () => {
    const item = memberOf(host.node, NETWORK);
    const undone = plane.database.transaction(async (manager) => {
      const command = { id: newId('cmd'), action: 'join' as const, target: 'x', createdBy: 'tester' };
      await plane.app.get(DesiredWriter).write(manager, [{ hostId: host.id, command, items: [item] }]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await change(plane, host, [item]);
    await eventually(async () => {
      const rows = await plane.database.query<unknown[]>(`SELECT type FROM events WHERE host_id = $1`, [host.id]);
      return rows.length === 1;
    });
  });
});
