import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dataPlaneFixture } from '../../../../test/support/data-plane-fixture.js';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import { aMembership, engineDown, membershipFact, NETWORK, Reporter } from '../../../../test/support/reports.js';

const { plane, replica } = dataPlaneFixture({ replicas: 2 });
let host: TestHost;
let agent: Reporter;
let count = 0;

beforeEach(async () => {
  host = await addHost(plane.database, `host-${++count}`);
  agent = new Reporter(plane, host);
});

const seqs = async (who = agent) => (await who.stored()).map(({ seq }) => seq);

describe('a batch', () => {
  it('is stored, and the answer is the cursor', async () => {
    expect(await agent.say(engineDown('a'), engineDown('b'))).toMatchObject({ result: 'stored', cursor: 2 });
    expect(await agent.stored()).toMatchObject([
      { seq: 1, type: 'host.engine-down', data: { cause: 'a' }, subject: host.name },
      { seq: 2, data: { cause: 'b' } },
    ]);
  });

  it('is stored once when it is sent again', async () => {
    const events = agent.number(engineDown('a'), engineDown('b'));
    expect(await agent.send(1, events)).toMatchObject({ result: 'stored', cursor: 2 });
    expect(await agent.send(1, events)).toMatchObject({ result: 'stored', cursor: 2 });
    expect(await seqs()).toEqual([1, 2]);
  });

  it('is stored once when it arrives twice at the same moment, at one replica or at two', async () => {
    const body = JSON.stringify({
      epoch: agent.epoch,
      from: 1,
      events: agent.number(engineDown('a'), engineDown('b')),
    });
    const replies = await Promise.all([
      agent.sendText(body),
      agent.sendText(body),
      agent.sendText(body, replica),
      agent.sendText(body, replica),
    ]);
    for (const reply of replies) expect(reply).toMatchObject({ result: 'stored', cursor: 2 });
    expect(await seqs()).toEqual([1, 2]);
  });

  it('that leaves a gap is not stored, and one that fills it is', async () => {
    await agent.say(engineDown('a'));
    const [second, third] = agent.number(engineDown('b'), engineDown('c'));
    expect(await agent.send(3, [third])).toEqual({ result: 'gap', cursor: 1 });
    expect(await seqs()).toEqual([1]);
    expect(await agent.send(2, [second, third])).toMatchObject({ result: 'stored', cursor: 3 });
    expect(await seqs()).toEqual([1, 2, 3]);
  });

  it('that overlaps is stored from its first new event', async () => {
    const events = agent.number(...['a', 'b', 'c', 'd'].map(engineDown));
    await agent.send(1, events.slice(0, 2));
    expect(await agent.send(2, events.slice(1))).toMatchObject({ result: 'stored', cursor: 4 });
    expect((await agent.stored()).map(({ data }) => data.cause)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('with two events about one membership leaves the last of them in the projection, and both in the history', async () => {
    await agent.say(
      membershipFact('authorization.requested', host.node, aMembership({ status: 'ACCESS_DENIED' })),
      membershipFact('authorization.granted', host.node, aMembership({ status: 'OK' })),
    );
    const rows = await plane.database.query<unknown[]>(
      'SELECT network_id, status, seq::int FROM membership_status WHERE node_id = $1',
      [host.node],
    );
    expect(rows).toEqual([{ network_id: NETWORK, status: 'OK', seq: 2 }]);
    expect(await agent.stored()).toMatchObject([
      { type: 'authorization.requested', subject: `${host.name}/${NETWORK}` },
      { type: 'authorization.granted' },
    ]);
  });

  it('of a host that never joined, or was removed meanwhile, is fenced, and others in its group are not harmed', async () => {
    const removed = new Reporter(plane, await addHost(plane.database, `removed-${count}`));
    await removed.say(engineDown('a'));
    await plane.database.query('DELETE FROM hosts WHERE id = $1', [removed.host.id]);
    const [gone, kept] = await Promise.all([removed.say(engineDown('b')), agent.say(engineDown('c'))]);
    expect(gone).toMatchObject({ result: 'fenced' });
    expect(kept).toMatchObject({ result: 'stored', cursor: 1 });
  });

  it('waits while another transaction changes its host, and delays no other host', async () => {
    const other = new Reporter(plane, await addHost(plane.database, `other-${count}`));
    const runner = plane.database.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT 1 FROM hosts WHERE id = $1 FOR UPDATE', [host.id]);
    let isAnswered = false;
    const held = agent.say(engineDown('a')).then((reply) => ((isAnswered = true), reply));
    for (let round = 0; round < 5; round++)
      expect(await other.say(engineDown('b'))).toMatchObject({ result: 'stored', cursor: round + 1 });
    expect(isAnswered).toBe(false);
    await runner.commitTransaction();
    await runner.release();
    expect(await held).toMatchObject({ result: 'stored', cursor: 1 });
  });
});

describe('an epoch', () => {
  it('is closed by the first batch of a newer one, and fenced from then on', async () => {
    await agent.say(engineDown('a'));
    const newer = new Reporter(plane, host);
    expect(await newer.say(engineDown('b'))).toMatchObject({ result: 'stored', cursor: 1 });
    expect(await agent.say(engineDown('c'))).toMatchObject({ result: 'fenced' });
    expect(await newer.say(engineDown('d'))).toMatchObject({ result: 'stored', cursor: 2 });
    expect((await agent.stored()).map(({ data }) => data.cause)).toEqual(['a', 'b', 'd']);
  });

  it('that takes turns with another is a clone: both are fenced, it is reported, and a new start ends it', async () => {
    const newer = new Reporter(plane, host);
    await agent.say(engineDown('a'));
    await newer.say(engineDown('b'));
    expect(await agent.say(engineDown('c'))).toMatchObject({ result: 'fenced' });
    expect(await newer.say(engineDown('d'))).toMatchObject({ result: 'stored' });
    expect(await agent.say(engineDown('e'))).toMatchObject({ result: 'fenced' });
    expect(await newer.say(engineDown('f'))).toMatchObject({
      result: 'fenced',
      cause: expect.stringContaining('identity'),
    });
    const told = async () =>
      plane.database.query<{ data: { epochs: string[] } }[]>(
        `SELECT data FROM events WHERE host_id = $1 AND type = 'host.cloned' UNION ALL SELECT data FROM outbox WHERE host_id = $1`,
        [host.id],
      );
    expect((await told()).map(({ data }) => data.epochs)).toEqual([[agent.epoch, newer.epoch]]);
    const findings = () => plane.database.query('SELECT code FROM findings WHERE host_id = $1', [host.id]);
    expect(await findings()).toEqual([{ code: 'host-cloned' }]);
    expect(await new Reporter(plane, host).say(engineDown('g'))).toMatchObject({ result: 'stored', cursor: 1 });
    expect(await findings()).toEqual([]);
  });
});

describe('any way in which batches are delivered', () => {
  type Delivery = { agent: number; from: number; count: number; second: boolean };
  const AGENTS = 3;
  const EVENTS = 12;
  const delivery = fc.record<Delivery>({
    agent: fc.nat(AGENTS - 1),
    from: fc.integer({ min: 1, max: EVENTS }),
    count: fc.integer({ min: 1, max: 6 }),
    second: fc.boolean(),
  });

  it('ends with exactly the journaled events, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(delivery, { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
        async (rounds) => {
          const agents = await Promise.all(
            Array.from(
              { length: AGENTS },
              async () => new Reporter(plane, await addHost(plane.database, `any-${++count}`)),
            ),
          );
          const journals = agents.map((each) =>
            each.number(...Array.from({ length: EVENTS }, (_, n) => engineDown(`${n}`))),
          );
          const deliver = ({ agent: index, from, count: size, second }: Delivery) => {
            const events = (journals[index] as unknown[]).slice(from - 1, from - 1 + size);
            const each = agents[index] as Reporter;
            return each.sendText(JSON.stringify({ epoch: each.epoch, from, events }), second ? replica : plane);
          };
          // Duplicates, reordering, gaps, two replicas, lost replies: then the honest uplink continues to the end.
          for (const round of rounds) await Promise.all(round.map(deliver));
          for (const [index, each] of agents.entries()) await catchUp(each, journals[index] as unknown[]);
          for (const each of agents) {
            const stored = await each.stored();
            expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: EVENTS }, (_, n) => n + 1));
            expect(stored.map(({ data }) => data.cause)).toEqual(Array.from({ length: EVENTS }, (_, n) => `${n}`));
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  async function catchUp(each: Reporter, journal: readonly unknown[]): Promise<void> {
    let cursor = 0;
    for (let round = 0; cursor < journal.length && round < 20; round++) {
      const reply = await each.send(cursor + 1, journal.slice(cursor, cursor + 5));
      if (reply.result === 'stored' || reply.result === 'gap') cursor = reply.cursor;
    }
    expect(cursor).toBe(journal.length);
  }
});

describe('event IDs', () => {
  it('are in commit order when two replicas store at once, so that a reader that continues from an ID misses none', async () => {
    const agents = await Promise.all(
      Array.from({ length: 8 }, async () => new Reporter(plane, await addHost(plane.database, `order-${++count}`))),
    );
    const seen: number[] = [];
    let isOver = false;
    const reader = (async () => {
      while (!isOver) {
        const rows = await plane.database.query<{ id: number }[]>(
          'SELECT id::int FROM events WHERE id > $1 ORDER BY id',
          [seen.at(-1) ?? 0],
        );
        seen.push(...rows.map(({ id }) => id));
      }
    })();
    const work = agents.map(async (each, index) => {
      for (let round = 0; round < 15; round++) {
        const body = JSON.stringify({
          epoch: each.epoch,
          from: each.seq + 1,
          events: each.number(engineDown('a'), engineDown('b')),
        });
        expect(await each.sendText(body, index % 2 ? replica : plane)).toMatchObject({ result: 'stored' });
      }
    });
    await Promise.all(work);
    isOver = true;
    await reader;
    const last = await plane.database.query<{ id: number }[]>('SELECT id::int FROM events WHERE id > $1 ORDER BY id', [
      seen.at(-1) ?? 0,
    ]);
    const all = await plane.database.query<{ id: number }[]>('SELECT id::int FROM events ORDER BY id');
    expect([...seen, ...last.map(({ id }) => id)]).toEqual(all.map(({ id }) => id));
  });
});
