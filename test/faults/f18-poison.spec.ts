import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const good = engineDown('fine');
const data = (json: string) => `{"type":"host.engine-down","data":${json}`;
/** Each is the beginning of an event, with the reason that is reported for it. */
const POISON: readonly [name: string, event: string, reason: RegExp][] = [
  ['of a type that nobody knows', '{"type":"no.such","data":{}', /type|invalid|discriminator/i],
  ['of another schema', data('{"cause":7}'), /cause/],
  ['with NUL', data('{"cause":"x\\u0000y"}'), /NUL/],
  ['with a lone surrogate', data('{"cause":"\\ud800"}'), /surrogate/],
  ['with __proto__', data('{"cause":"x","__proto__":{"admin":true}}'), /__proto__/],
  ['10,000 deep', data(`${'['.repeat(10_000)}${']'.repeat(10_000)}`), /deep/],
  ['in bad UTF-8', data('{"cause":"\xff\xfe"}'), /UTF-8/],
];

/** docs/faults.md, F18. */
describe('a poison event', () => {
  let system: System;
  let agent: HandAgent;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    agent = await HandAgent.join(system, 'poisoned');
    await agent.hello();
  }, 120_000);
  afterAll(async () => {
    await agent?.close();
    await system?.close();
  });

  const cursor = async () => {
    const [row] = await system.sql<{ cursor: number }>('SELECT cursor::int FROM epochs WHERE epoch = $1', [
      agent.epoch,
    ]);
    return row?.cursor ?? 0;
  };

  it.each(POISON)(
    '%s goes to quarantine with its reason, alone',
    async (_name, event, reason) => {
      const [before] = agent.number(good);
      const seq = ++agent.seq;
      const [after] = agent.number(good);
      const stamped = `${event},"seq":${seq},"at":"${new Date().toISOString()}"}`;
      const events = `[${JSON.stringify(before)},${stamped},${JSON.stringify(after)}]`;
      await agent.sendBytes(Buffer.from(`{"epoch":"${agent.epoch}","from":${seq - 1},"events":${events}}`, 'latin1'));
      await eventually(async () => (await cursor()) === seq + 1, {
        within: 20_000,
        what: `event ${seq + 1} is stored`,
      });
      const aside = await system.sql<{ reason: string }>('SELECT reason FROM event_quarantine WHERE seq = $1', [seq]);
      expect(aside).toEqual([{ reason: expect.stringMatching(reason) }]);
    },
    60_000,
  );

  it('in a batch above the maximum size is refused with the batch, and the API stays up', async () => {
    const [event] = agent.number(engineDown('x'.repeat(300_000)));
    await expect(agent.send(agent.seq, [event as object])).resolves.toMatchObject({ result: 'refused' });
    agent.seq -= 1;
    await expect(agent.say(good)).resolves.toMatchObject({ result: 'stored' });
  }, 60_000);

  it('has harmed neither its own host, nor the others, nor the API', async () => {
    const { id } = await system.launch('alpha', 'demo');
    await system.done(id);
    await expectSettledWorld(system, { quarantined: POISON.length });
    const rows = await system.sql(`SELECT 1 FROM events WHERE type = 'host.engine-down'`);
    expect(rows).toHaveLength(POISON.length * 2 + 1);
    expect(system.api.process.exited).toBe(false);
  }, 120_000);
});
