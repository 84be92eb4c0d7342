import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bus, NatsTrust, Signer } from '@orrery/shared/bus';
import { CallReply, DesiredReply, Host, subjects, type HostId } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { join } from 'node:path';
import { eventually } from '../support/servers.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

/** docs/faults.md, F22: this version beside an older and a newer one. */
describe('versions that meet', () => {
  let system: System;
  let agent: HandAgent;
  let api: Bus;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    agent = await HandAgent.join(system, 'newer');
    const trust = await NatsTrust.open(join(system.api.home, 'secrets', 'nats'));
    const credentials = await trust.credentials('desired');
    const logger = createLogger('test', 'silent');
    const who = { credentials: () => credentials, name: 'a newer API', inboxPrefix: '_INBOX.api' };
    api = new Bus({ servers: [system.nats.url], ...who, logger });
    await api.flush();
  }, 120_000);
  afterAll(async () => {
    await api?.close();
    await agent?.close();
    await system?.close();
  });

  const signed = async (subject: string, body: object) =>
    new Signer(await system.api.secret('signing.key')).sign(subject, JSON.stringify(body));

  it('a newer agent reports more than this API knows: the known part is understood', async () => {
    const more = { fromTheFuture: { deep: [1, 2, 3] } };
    await expect(agent.hello(more)).resolves.toMatchObject({ result: 'welcome' });
    agent.beat(more);
    const known = { ...engineDown('known'), ...more, data: { cause: 'known', ...more } };
    await expect(agent.say(known)).resolves.toMatchObject({ result: 'stored', cursor: 1 });
    const [row] = await system.sql<{ data: object }>(`SELECT data FROM events WHERE type = 'host.engine-down'`);
    expect(row?.data).toEqual({ cause: 'known' });
    await expect(agent.say({ type: 'host.of-the-future', data: {} })).resolves.toMatchObject({ cursor: 2 });
    await system.presence('newer', 'online');
  }, 60_000);

  it('a newer API asks for something that this agent does not know: unsupported, and nothing else suffers', async () => {
    const { id } = await system.api.get('/v1/hosts/alpha', Host);
    const call = { callId: newId('cal'), expiresAt: new Date(Date.now() + 60_000).toISOString() };
    const asked = await signed(subjects.call(id), { ...call, op: { op: 'teleport', to: 'mars' }, more: 1 });
    await expect(api.requestSigned(asked, CallReply, 20_000)).resolves.toMatchObject({
      result: 'problem',
      code: 'unsupported',
    });
    const known = await signed(subjects.call(id), {
      ...call,
      callId: newId('cal'),
      op: { op: 'doctor', more: 1 },
      more: 1,
    });
    await expect(api.requestSigned(known, CallReply, 20_000)).resolves.toMatchObject({ result: 'ok' });
  }, 60_000);

  it('an item of an unknown kind fails alone, and the API continues above a state that it does not know', async () => {
    const before = await system.api.get('/v1/hosts/alpha', Host);
    const item = { id: newId('itm'), revision: before.revision + 5, intent: 'present', kind: 'teleporter', to: 'mars' };
    const state = await desired(before.id, before.revision + 5, [item]);
    await expect(api.requestSigned(state, DesiredReply, 20_000)).resolves.toMatchObject({ result: 'accepted' });
    const settled = () =>
      system.sql<{ data: object }>(`SELECT data FROM events WHERE type = 'item.settled' AND data->>'item' = $1`, [
        item.id,
      ]);
    const [row] = await eventually(async () => (await settled()).length > 0 && settled(), { within: 30_000 });
    expect(row?.data).toMatchObject({ outcome: { kind: 'failed', code: 'unsupported' } });

    // The agent shows the state in its hello, which it sends after at most 45 seconds.
    const { id } = await system.launch('alpha', 'demo');
    await system.nats.kill();
    await system.nats.start();
    await system.done(id);
    expect((await system.api.get('/v1/hosts/alpha', Host)).revision).toBeGreaterThan(before.revision + 5);
    await expectSettledWorld(system, { quarantined: 1 });
  }, 120_000);

  const desired = (host: HostId, revision: number, items: object[]) =>
    signed(subjects.desired(host), { host, revision, items, more: true });
});
