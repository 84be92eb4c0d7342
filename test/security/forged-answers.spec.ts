import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Bus, NatsTrust, Signer, type ConnectionName, type Incoming } from '@orrery/shared/bus';
import {
  CallReply,
  EventBatch,
  FindingPage,
  Hello,
  Host,
  inboxPrefix,
  subjects,
  type HelloReply,
  type HostId,
} from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { join } from 'node:path';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const DAY_MS = 24 * 3_600_000;

/**
 * docs/threats.md: a thief of the credentials with which the API answers sees every hello, and answers faster than the
 * API.
 */
describe('a forged answer', () => {
  let system: System;
  let host: HostId;
  let commands: Bus;
  let forger: Bus;
  const forged: string[] = [];

  const connect = async (name: ConnectionName) => {
    const trust = await NatsTrust.open(join(system.api.home, 'secrets', 'nats'));
    const credentials = await trust.credentials(name);
    const logger = createLogger('forger', 'silent');
    const who = { credentials: () => credentials, name: 'forger', inboxPrefix: inboxPrefix('api') };
    const bus = new Bus({ servers: [system.nats.url], ...who, logger });
    await bus.flush();
    return bus;
  };
  /** Answers everything on a subject at once, until the test ends. */
  const forge = async (subject: string, answer: (message: Incoming) => object) => {
    forger = await connect('answers');
    forger.respond(subject, (message) => {
      forged.push(message.subject);
      return Promise.resolve(answer(message));
    });
    await forger.flush();
  };
  const signed = async (more: object = {}) => {
    const signer = new Signer(await system.api.secret('signing.key'));
    const expiresAt = new Date(Date.now() - 40 * DAY_MS).toISOString();
    return signer.sign(
      subjects.call(host),
      JSON.stringify({ callId: newId('cal'), expiresAt, op: { op: 'doctor' }, ...more }),
    );
  };
  const call = async (more: object = {}) => commands.requestSigned(await signed(more), CallReply, 20_000);
  const welcome = (serverTime: Date): HelloReply => ({
    ...{ result: 'welcome', cursor: 0, openEpochs: [], heartbeatSeconds: 1, wantsState: false, wantsSnapshot: false },
    serverTime: serverTime.toISOString(),
  });
  const restart = async () => {
    await system.host('alpha').process.kill('SIGTERM');
    return system.host('alpha').start();
  };

  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
    host = (await system.api.get('/v1/hosts/alpha', Host)).id;
    commands = await connect('desired');
  }, 120_000);
  afterEach(async () => {
    await forger?.close();
    forged.length = 0;
  });
  afterAll(async () => {
    await commands?.close();
    await system?.close();
  });

  it('to a hello with a clock of 2020 does not make an agent carry out a call that expired 40 days ago', async () => {
    await forge(subjects.anyHello, () => welcome(new Date('2020-01-01T00:00:00.000Z')));
    const agent = await restart();
    await agent.welcomed();
    expect(forged.length).toBeGreaterThan(0);
    await expect(call()).resolves.toMatchObject({ result: 'problem', code: 'expired' });
    await expect(call({ expiresAt: new Date(Date.now() + 60_000).toISOString() })).resolves.toMatchObject({
      result: 'ok',
    });
    expect(agent.process.said('bus.answer-unproven')).toBe(true);
    const told = async () => {
      const { items } = await system.api.get('/v1/findings', FindingPage);
      return items.some(({ code }) => code === 'answers-forged');
    };
    await eventually(told, { within: 30_000, what: 'the finding answers-forged' });
    await expectSettledWorld(system);
  }, 90_000);

  it('to a hello saying that the host was removed or cloned does not stop its agent', async () => {
    const codes = ['unknown-host', 'cloned'] as const;
    await forge(subjects.anyHello, () => ({
      ...{ result: 'refused', code: codes[forged.length % 2], cause: 'forged' },
    }));
    await (await restart()).welcomed();
    expect(forged.length).toBeGreaterThan(0);
    await system.done((await system.launch('alpha', 'not-stopped')).id);
    expect(system.host('alpha').process.output).not.toMatch(/host\.removed|agent\.fenced/);
    await expectSettledWorld(system);
  }, 90_000);

  it('to a batch saying that its events are stored or its epoch is closed loses no event and stops nothing', async () => {
    await forge(subjects.anyEvents, ({ json }) => {
      const { from, events } = EventBatch.parse(json);
      if (forged.length % 2) return { result: 'stored', cursor: from + events.length - 1, wantsSnapshot: false };
      return { result: 'fenced', cause: 'forged' };
    });
    await system.done((await system.launch('alpha', 'all-told')).id);
    await eventually(() => forged.length > 1, { within: 30_000, what: 'answers to two batches are forged' });
    expect(system.host('alpha').process.output).not.toContain('agent.fenced');
    await expectSettledWorld(system);
  }, 90_000);

  it('does not count as an answer while the API is down, and the agent is welcomed when the API is back', async () => {
    await system.api.process.kill('SIGTERM');
    const hellos: Hello[] = [];
    await forge(subjects.anyHello, ({ json }) => {
      hellos.push(Hello.parse(json));
      return welcome(new Date());
    });
    const agent = await restart();
    await eventually(() => hellos.length > 1, { within: 60_000, what: 'the agent asks again' });
    await expect(call()).resolves.toMatchObject({ code: 'expired', cause: expect.stringContaining('does not know') });
    await expect(call({ expiresAt: new Date(Date.now() + 60_000).toISOString() })).resolves.toMatchObject({
      code: 'expired',
    });
    expect(agent.process.said('hello.welcome')).toBe(false);
    await (await system.api.start()).ready();
    await agent.welcomed();
    await expectSettledWorld(system);
  }, 120_000);
});
