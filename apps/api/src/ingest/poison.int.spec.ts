import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { dataPlaneFixture } from '../../../../test/support/data-plane-fixture.js';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import { anInterface, aSnapshot, engineDown, NETWORK, Reporter } from '../../../../test/support/reports.js';
import { eventually } from '../../../../test/support/servers.js';

const { postgres, plane } = dataPlaneFixture({ ownPostgres: true });
let agent: Reporter;
let other: Reporter;
let host: TestHost;
let count = 0;

beforeEach(async () => {
  host = await addHost(plane.database, `poisoned-${++count}`);
  agent = new Reporter(plane, host);
  other = new Reporter(plane, await addHost(plane.database, `healthy-${count}`));
});

const causes = async (who: Reporter) => (await who.stored()).map(({ data }) => data.cause);

describe('a poison event', () => {
  it('goes to quarantine with its reason; its neighbors, the stream after it and other hosts continue', async () => {
    const [first, second, third] = agent.number(engineDown('a'), engineDown('b'), engineDown('c'));
    const poison = { ...second, data: { cause: 'x\0y' } };
    const [reply, healthy] = await Promise.all([agent.send(1, [first, poison, third]), other.say(engineDown('d'))]);
    expect(reply).toEqual({ result: 'stored', cursor: 3, wantsSnapshot: true });
    expect(healthy).toMatchObject({ result: 'stored', cursor: 1 });
    expect(await agent.say(engineDown('e'))).toMatchObject({ result: 'stored', cursor: 4 });
    expect(await causes(agent)).toEqual(['a', 'c', 'e']);
    expect(await causes(other)).toEqual(['d']);
    const [aside, ...more] = await agent.quarantined();
    expect(more).toEqual([]);
    expect(aside).toMatchObject({ seq: 2, reason: expect.stringContaining('NUL') });
    expect(JSON.parse((aside as { raw: Buffer }).raw.toString())).toMatchObject({ data: { cause: 'x\0y' } });
  });

  it('that only Postgres refuses is found among its neighbors, in a group with others', async () => {
    // A case that no schema covers.
    const device = 'unstorable';
    await plane.database.query(`ALTER TABLE interfaces ADD CONSTRAINT of_test CHECK (device <> 'unstorable')`);
    const data = { node: host.node, network: NETWORK, device, after: anInterface() };
    const facts = [engineDown('a'), engineDown('b'), { type: 'interface.up' as const, data }, engineDown('c')];
    const [reply, healthy] = await Promise.all([agent.say(...facts), other.say(engineDown('d'))]);
    expect(reply).toMatchObject({ result: 'stored', cursor: 4 });
    expect(healthy).toMatchObject({ result: 'stored', cursor: 1 });
    expect(await causes(agent)).toEqual(['a', 'b', 'c']);
    expect(await agent.quarantined()).toMatchObject([
      { seq: 3, reason: expect.stringContaining('could not be stored') },
    ]);
    await plane.database.query('ALTER TABLE interfaces DROP CONSTRAINT of_test');
  });

  it('asks for a snapshot until one arrives, but not for another when the snapshot itself is poison', async () => {
    await agent.say(aSnapshot(host.node, []));
    const [poison] = agent.number(engineDown('a'));
    expect(await agent.send(agent.seq, [{ ...poison, type: 'no.such' }])).toMatchObject({ wantsSnapshot: true });
    expect(await agent.say(engineDown('b'))).toMatchObject({ wantsSnapshot: true });
    expect(await agent.say(aSnapshot(host.node, []))).toMatchObject({ wantsSnapshot: false });
    const [snapshot] = agent.number(aSnapshot(host.node, []));
    expect(await agent.send(agent.seq, [{ ...snapshot, data: { hash: 7 } }])).toMatchObject({ wantsSnapshot: false });
    expect(await agent.quarantined()).toHaveLength(2);
  });

  it('is an event about the node of another host, and changes nothing there', async () => {
    await other.say(aSnapshot(other.host.node, []));
    const lie = { type: 'node.down' as const, data: { node: other.host.node, after: null, cause: 'lies' } };
    expect(await agent.say(lie, aSnapshot(other.host.node, []), engineDown('a'))).toMatchObject({
      result: 'stored',
      cursor: 3,
    });
    expect(await agent.quarantined()).toMatchObject([{ reason: expect.stringContaining('not this host') }, { seq: 2 }]);
    const state = () => plane.database.query('SELECT state FROM node_status WHERE node_id = $1', [other.host.node]);
    expect(await state()).toEqual([{ state: 'up' }]);
    await other.say({ type: 'node.down', data: { node: other.host.node, after: null, cause: 'true' } });
    expect(await state()).toEqual([{ state: 'down' }]);
  });
});

describe('an event of our own that cannot be stored', () => {
  it('is put aside, and the many before and behind it do not wait', async () => {
    const tooLong = randomBytes(4000).toString('base64');
    await plane.database.query(
      `INSERT INTO outbox (type, host_id, data)
       SELECT CASE WHEN n IN (40, 41, 300) THEN $2 ELSE 'host.changed' END, $1, jsonb_build_object('n', n) FROM generate_series(1, 400) n`,
      [host.id, tooLong],
    );
    const stored = () =>
      plane.database.query<{ n: number }[]>(
        `SELECT (data ->> 'n')::int AS n FROM events WHERE host_id = $1 AND epoch IS NULL ORDER BY id`,
        [host.id],
      );
    await eventually(async () => (await stored()).length === 397, { within: 30_000, what: 'the outbox is moved' });
    const left = Array.from({ length: 400 }, (_, index) => index + 1).filter((n) => ![40, 41, 300].includes(n));
    expect((await stored()).map(({ n }) => n)).toEqual(left);
    expect(await agent.quarantined()).toHaveLength(3);
  });
});

describe('a database', () => {
  it('that is killed under load is survived: acknowledged batches are stored, and the rest is sent again, once', async () => {
    const answered: number[] = [];
    let isOver = false;
    const work = (async () => {
      for (let n = 1; !isOver || n <= 40; n++) {
        const [event] = agent.number(engineDown(`${n}`));
        for (;;) {
          const reply = await agent.send(n, [event]);
          if (reply.result === 'stored') break;
          expect(reply.result).toBe('busy');
        }
        answered.push(n);
      }
    })();
    await eventually(() => answered.length >= 5);
    await postgres.kill();
    const before = answered.length;
    await postgres.start();
    await eventually(() => answered.length > before + 5, { what: 'storing again after the crash' });
    isOver = true;
    await work;
    expect(await causes(agent)).toEqual(answered.map(String));
    expect(await agent.quarantined()).toEqual([]);
  });
});
