import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { interfaceName } from '@orrery/shared/contracts';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, System } from '../support/system/system.js';

const membership = (status: 'ACCESS_DENIED' | 'OK') => ({
  ...{ network: PUBLIC, name: 'lab', type: 'PRIVATE', status, device: interfaceName(PUBLIC), mac: '02:00:00:00:00:01' },
  ...{ mtu: 2800, addresses: [], routes: [], bridge: false, allowManaged: true, allowGlobal: false },
  ...{ allowDefault: false, allowDNS: false, allowManagedList: null, authenticationUrl: null },
});

/** docs/faults.md, F31, over NATS and with the API as a process. (In one process: apps/api/src/ingest/exactly-once.int.spec.ts.) */
describe('batches that arrive together', () => {
  let system: System;
  const agents: HandAgent[] = [];
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    for (const name of ['one', 'two', 'three']) agents.push(await HandAgent.join(system, name));
    for (const agent of agents) await agent.hello();
  }, 120_000);
  afterAll(async () => {
    for (const agent of agents) await agent.close();
    await system?.close();
  });

  const stored = async (agent: HandAgent) =>
    (await system.sql<{ seq: number }>('SELECT seq::int FROM events WHERE epoch = $1 ORDER BY id', [agent.epoch])).map(
      ({ seq }) => seq,
    );

  /** The result of one more event of a host whose removal also closes its connection. */
  const result = (agent: HandAgent) =>
    agent.send(agent.seq + 1, agent.number(engineDown('b')), 5_000).then(
      (reply) => reply.result,
      (error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(disconnected|timeout)$/) });
        return 'cut off';
      },
    );

  it('are stored once when the same batch arrives many times at once', async () => {
    const [one] = agents as [HandAgent];
    const events = one.number(engineDown('a'), engineDown('b'));
    const replies = await Promise.all(Array.from({ length: 4 }, () => one.send(1, events)));
    expect(replies.map(({ result }) => result)).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(await stored(one)).toEqual([1, 2]);
  }, 60_000);

  it('keep both events of one membership, of which the last counts', async () => {
    const [, two] = agents as [HandAgent, HandAgent];
    const about = (status: 'ACCESS_DENIED' | 'OK') => ({
      node: two.joined.nodeId,
      network: PUBLIC,
      after: membership(status),
    });
    await two.say(
      { type: 'authorization.requested', data: about('ACCESS_DENIED') },
      { type: 'authorization.granted', data: about('OK') },
    );
    expect(await stored(two)).toEqual([1, 2]);
    const rows = await system.sql('SELECT status FROM membership_status WHERE node_id = $1', [two.joined.nodeId]);
    expect(rows).toEqual([{ status: 'OK' }]);
  }, 60_000);

  it('of a host that is deleted meanwhile harm no other host', async () => {
    const [one, , three] = agents as [HandAgent, HandAgent, HandAgent];
    await three.say(engineDown('a'));
    const remove = system.api.raw('DELETE', '/v1/hosts/three?confirm=three');
    const [gone, kept] = await Promise.all([result(three), one.say(engineDown('c'))]);
    expect((await remove).status).toBe(200);
    expect(['stored', 'fenced', 'refused', 'cut off']).toContain(gone);
    expect(kept).toMatchObject({ result: 'stored', cursor: 3 });
    expect(await result(three)).not.toBe('stored');
    await system.done((await system.launch('alpha', 'demo')).id);
    await expectSettledWorld(system);
  }, 120_000);
});
