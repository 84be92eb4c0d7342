import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { of } from 'rxjs';
import { z } from 'zod';
import { eventually, startNats, type TestNats } from '../../../../test/support/servers.js';
import { idFrom, inboxPrefix, subjects, type HostId } from '../contracts/index.js';
import { createLogger } from '../runtime/index.js';
import { Bus } from './bus.js';
import { BusStrategy, type BusStrategyOptions } from './bus-strategy.js';
import type { Incoming } from './incoming.js';

const host = idFrom('hst', new Uint8Array(20).fill(1));
const other = idFrom('hst', new Uint8Array(20).fill(2));

describe('the transport strategy', () => {
  let nats: TestNats;
  const open: Bus[] = [];
  beforeAll(async () => {
    nats = await startNats();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
  });
  afterAll(() => nats.close());

  const join = (who: HostId | 'api'): Bus => {
    const { port, user, password } = nats;
    const logger = createLogger('strategy.spec', 'silent');
    const bus = new Bus({
      servers: [`127.0.0.1:${port}`],
      user,
      password,
      name: who,
      inboxPrefix: inboxPrefix(who),
      logger,
    });
    open.push(bus);
    return bus;
  };
  type Handlers = Record<string, { handler: (message: Incoming) => Promise<unknown>; isEvent?: boolean }>;
  /** In the order of Nest: handlers first, then `listen`. */
  const serve = async (options: BusStrategyOptions, handlers: Handlers) => {
    const strategy = new BusStrategy(options);
    for (const [pattern, { handler, isEvent }] of Object.entries(handlers))
      strategy.addHandler(pattern, handler, isEvent);
    await new Promise<void>((resolve) => strategy.listen(resolve));
    await eventually(() => open.every((bus) => bus.connected), { within: 30_000 });
    await Promise.all(open.map((bus) => bus.flush()));
    return strategy;
  };
  const ask = (bus: Bus, subject: string, ms = 2000) =>
    bus.request(subject, { a: 1 }, z.unknown(), ms).catch((error: { code: string }) => error.code);

  it('passes the message to handlers unchanged and sends their answer without an envelope', async () => {
    const [api, agent] = [join('api'), join(host)];
    const handler = async (message: Incoming) => ({ text: message.text, host: message.host });
    const strategy = await serve({ bus: api, queue: 'api' }, { [subjects.anyHello]: { handler } });
    expect(await ask(agent, subjects.hello(host))).toEqual({ text: '{"a":1}', host });
    expect(strategy.unwrap()).toBe(api);
  });

  it('sends the value of an observable, which Nest may return', async () => {
    const [api, agent] = [join('api'), join(host)];
    await serve({ bus: api }, { [subjects.anyHello]: { handler: async () => of('value') } });
    expect(await ask(agent, subjects.hello(host))).toBe('value');
  });

  it('puts the ID of an agent into its patterns, so that it receives nothing for another', async () => {
    const [api, agent] = [join('api'), join(host)];
    await serve({ bus: agent, host }, { 'orrery.v1.host.{host}.desired': { handler: async () => 'mine' } });
    expect(await ask(api, subjects.desired(host))).toBe('mine');
    expect(await ask(api, subjects.desired(other), 500)).toBe('no-responder');
  });

  it('answers, at the API, only below the inbox of the host that the subject names', async () => {
    const [api, agent, intruder] = [join('api'), join(host), join(other)];
    await serve({ bus: api }, { [subjects.anyHello]: { handler: async () => 'secret' } });
    expect(await ask(agent, subjects.hello(host))).toBe('secret');
    expect(await ask(intruder, subjects.hello(host), 300)).toBe('timeout');
  });

  it('answers, at an agent, only the API', async () => {
    const [api, agent, intruder] = [join('api'), join(host), join(other)];
    await serve({ bus: agent, host }, { 'orrery.v1.host.{host}.call': { handler: async () => 'secret' } });
    expect(await ask(api, subjects.call(host))).toBe('secret');
    expect(await ask(intruder, subjects.call(host), 300)).toBe('timeout');
  });

  it('shares requests among replicas, and delivers every publication to each of them', async () => {
    const [one, two, agent] = [join('api'), join('api'), join(host)];
    const heard: string[] = [];
    for (const [name, bus] of [
      ['one', one],
      ['two', two],
    ] as const)
      await serve(
        { bus, queue: 'api' },
        {
          [subjects.anyHello]: { handler: async () => (heard.push(`${name} hello`), name) },
          [subjects.anyBeat]: { handler: async () => void heard.push(`${name} beat`), isEvent: true },
        },
      );
    await ask(agent, subjects.hello(host));
    agent.publish(subjects.beat(host), {});
    await eventually(() => heard.filter((text) => text.endsWith('beat')).length === 2);
    expect(heard.filter((text) => text.endsWith('hello'))).toHaveLength(1);
    expect(heard).toEqual(expect.arrayContaining(['one beat', 'two beat']));
  });
});
