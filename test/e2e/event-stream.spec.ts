import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, EventPage } from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import { EventReader } from '../support/system/event-reader.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

/** The stream equals the table in Postgres: the same events, each once, in the same order. */
describe('the event stream', () => {
  let system: System;
  const readers: EventReader[] = [];
  beforeAll(async () => {
    system = await System.start({ hosts: ['cloud-1', 'cloud-2'] });
  }, 120_000);
  afterAll(async () => {
    for (const reader of readers) reader.close();
    await system?.close();
  });

  const read = async (after?: string) => {
    const reader = await EventReader.open(system.api, after);
    readers.push(reader);
    return reader;
  };
  const stored = async (after: string): Promise<string[]> => {
    const rows = await system.sql<{ id: string }>(
      'SELECT e.id::text FROM events e WHERE e.id > $1::bigint ORDER BY e.id',
      [after.split('-')[1]],
    );
    return rows.map(({ id }) => `${after.split('-')[0]}-${id}`);
  };
  const newest = async () => (await system.api.get('/v1/events?limit=1', EventPage)).items[0]?.id ?? '';

  it('sends all events of two launches as Postgres has them, and resumes after a cut without gap or repetition', async () => {
    await expectSettledWorld(system);
    const start = await newest();
    const whole = await read(start);
    const cut = await read(start);
    const launches = await Promise.all(['cloud-1', 'cloud-2'].map((host) => system.launch(host, 'demo')));
    await eventually(() => cut.ids.length > 10, { within: 60_000 });
    cut.close();
    for (const { id } of launches) await system.done(id);
    await expectSettledWorld(system);
    const resumed = await read(cut.ids.at(-1));
    const all = await stored(start);
    await eventually(() => whole.ids.length >= all.length, { within: 30_000, what: 'all events are streamed' });
    await eventually(() => cut.ids.length + resumed.ids.length >= all.length, { within: 30_000 });
    expect(whole.ids).toEqual(all);
    expect([...cut.ids, ...resumed.ids]).toEqual(all);

    const types = whole.events.map((event) => CloudEvent.parse(event).type);
    for (const type of ['command.created', 'command.done', 'container.started', 'interface.up', 'address.assigned'])
      expect(types.filter((one) => one === `io.orrery.${type}`)).toHaveLength(2);
  }, 180_000);

  it('asks for a reset when it cannot know what came between', async () => {
    const before = await stored(`${(await newest()).split('-')[0]}-0`);
    const reader = await read('nostore-1');
    await eventually(() => reader.resets > 0, { within: 20_000, what: 'the stream says reset' });
    expect(before.length).toBeGreaterThan(10);
    // Later events are streamed as usual.
    expect(reader.ids.filter((id) => before.includes(id))).toEqual([]);
  }, 60_000);
});
