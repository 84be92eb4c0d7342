import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accepted, Command } from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import type { ApiProcess } from '../support/system/api-process.js';
import { EventReader } from '../support/system/event-reader.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, System } from '../support/system/system.js';

/** docs/faults.md, F30. */
describe('two replicas of the API, one of which is killed', () => {
  let system: System;
  let second: ApiProcess;
  let reader: EventReader | undefined;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'] });
    second = await (await (await system.addReplica()).start()).ready();
  }, 180_000);
  afterAll(async () => {
    reader?.close();
    await system?.close();
  });

  const launch = async (replica: ApiProcess, host: string, name: string) => {
    const body = { name, networks: [PUBLIC] };
    const { command } = await replica.insist('POST', `/v1/hosts/${host}/containers`, Accepted, { body });
    system.accepted.add(command.id);
    return command.id;
  };

  it('deliver nothing twice with effect, lose nothing, and give event IDs in commit order', async () => {
    reader = await EventReader.open(second);
    const both = [system.api, second];
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        launch(both[index % 2] as ApiProcess, index % 4 < 2 ? 'alpha' : 'beta', `demo-${index}`),
      ),
    );
    await system.api.process.kill();
    ids.push(await launch(second, 'alpha', 'after'), await launch(second, 'beta', 'after'));
    for (const id of ids) {
      const isDone = async () => (await second.get(`/v1/commands/${id}`, Command)).state === 'done';
      await eventually(isDone, { within: 60_000, every: 100, what: `${id} is done` });
    }
    await expectSettledWorld(system);
    const created = await system.sql<{ count: number }>(
      `SELECT count(*)::int FROM events WHERE type = 'container.created' GROUP BY node_id`,
    );
    expect(created).toEqual(Array.from({ length: 10 }, () => ({ count: 1 })));

    const stored = await system.sql<{ id: string }>('SELECT e.id::text FROM events e ORDER BY e.committed_at, e.id');
    const numbers = stored.map(({ id }) => Number(id));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const streamed = () => reader?.ids.map((id) => Number(id.split('-')[1])) ?? [];
    await eventually(() => streamed().at(-1) === numbers.at(-1), {
      within: 30_000,
      what: 'the last event is streamed',
    });
    expect(streamed()).toEqual(numbers.slice(numbers.length - streamed().length));
    expect(streamed().length).toBeGreaterThan(100);
  }, 240_000);

  it('are two again when the killed one is back', async () => {
    await (await system.api.start()).ready();
    await system.done(await launch(system.api, 'alpha', 'again'));
    await expectSettledWorld(system);
  }, 150_000);
});
