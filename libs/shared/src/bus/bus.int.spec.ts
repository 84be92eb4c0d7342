import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { eventually, startNats, type TestNats } from '../../../../test/support/servers.js';
import { TrustedNats } from '../../../../test/support/trusted-nats.js';
import { idFrom, inboxPrefix, subjects } from '../contracts/index.js';
import { createLogger } from '../runtime/index.js';
import { Bus, type RespondOptions } from './bus.js';
import type { BusOptions } from './connection-options.js';
import { BusError } from './bus-error.js';
import { newSigningKey, Signer, Verifier } from './signing.js';
import { newUserKey } from './trust/index.js';
import { asOnCalmMachine } from '../../../../test/support/calm.js';

const host = idFrom('hst', new Uint8Array(20).fill(1));
const other = idFrom('hst', new Uint8Array(20).fill(2));
const Any = z.unknown();
const silent = createLogger('bus.spec', 'silent');

describe('the bus', () => {
  let nats: TestNats;
  const open: Bus[] = [];
  beforeAll(async () => {
    nats = await startNats();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
  });
  afterAll(() => nats.close());

  const join = (name: string, inbox = inboxPrefix('api'), drainMs = 5000, more: Partial<BusOptions> = {}): Bus => {
    const { port, user, password } = nats;
    const logger = createLogger('bus.spec', 'silent');
    const servers = [`127.0.0.1:${port}`];
    const bus = new Bus({ servers, user, password, name, inboxPrefix: inbox, logger, drainMs, ...more });
    open.push(bus);
    return bus;
  };
  const connected = async (...buses: Bus[]) => {
    await eventually(() => buses.every((bus) => bus.connected), { within: 30_000, what: 'the connection' });
    await Promise.all(buses.map((bus) => bus.flush()));
  };
  const pair = async (options?: RespondOptions) => {
    const [api, agent] = [join('api'), join('agent', inboxPrefix(host))];
    const taken: string[] = [];
    api.respond(
      subjects.anyHello,
      async (message) => (taken.push(message.text ?? ''), { heard: message.json }),
      options,
    );
    await connected(api, agent);
    return { api, agent, taken };
  };
  const codeOf = (request: Promise<unknown>) =>
    request.then(
      () => 'answered',
      (error: unknown) => (error instanceof BusError ? error.code : String(error)),
    );
  const hello = (bus: Bus, body: unknown = {}, ms = 2000) => bus.request(subjects.hello(host), body, Any, ms);

  it('answers a request with JSON, its body untouched', async () => {
    const { agent } = await pair();
    expect(await hello(agent, { a: 'ä', n: null })).toEqual({ heard: { a: 'ä', n: null } });
  });

  it('carries the exact bytes of a signed message with its headers', async () => {
    const signer = new Signer(newSigningKey());
    const [api, agent] = [join('api'), join('agent', inboxPrefix(host))];
    agent.respond(subjects.desired(host), async ({ signed }) => ({
      valid: signed !== undefined && new Verifier([signer.publicKey]).verifies(signed),
    }));
    await connected(api, agent);
    const message = signer.sign(subjects.desired(host), '{ "spaced" :  "ä" }');
    expect(await api.requestSigned(message, Any, 2000)).toEqual({ valid: true });
    const forged = { ...message, body: message.body.replace('ä', 'å') };
    expect(await api.requestSigned(forged, Any, 2000)).toEqual({ valid: false });
  });

  it('reports at once that nobody answers', async () => {
    const { agent } = await pair();
    const start = performance.now();
    expect(await codeOf(agent.request(subjects.events(host), {}, Any, 30_000))).toBe('no-responder');
    expect(performance.now() - start).toBeLessThan(asOnCalmMachine(10_000));
  });

  it('reports a timeout when a handler is late or fails, and keeps answering others', async () => {
    const [api, agent] = [join('api', inboxPrefix('api'), 100), join('agent', inboxPrefix(host))];
    api.respond(subjects.anyHello, async ({ json }) => {
      if (json === 'fail') throw new Error('no');
      return json === 'late' ? new Promise(() => undefined) : 'fine';
    });
    await connected(api, agent);
    expect(await codeOf(hello(agent, 'fail', 150))).toBe('timeout');
    expect(await codeOf(hello(agent, 'late', 150))).toBe('timeout');
    expect(await hello(agent, 'x')).toBe('fine');
  });

  it('refuses an answer of another shape, and a body that is too large for the broker', async () => {
    const { agent } = await pair();
    const shape = z.object({ heard: z.number() });
    expect(await codeOf(agent.request(subjects.hello(host), {}, shape, 2000))).toBe('bad-reply');
    expect(await codeOf(hello(agent, 'x'.repeat(2_000_000)))).toBe('too-large');
    expect(await codeOf(hello(agent))).toBe('answered');
  });

  it('answers only below the inbox of the host that asks', async () => {
    const replyPrefix = (subject: string) => inboxPrefix(subject.endsWith(host) ? host : other);
    const { agent, taken } = await pair({ replyPrefix });
    const intruder = join('intruder', inboxPrefix(other));
    await connected(intruder);
    expect(await codeOf(hello(intruder, 'forged', 300))).toBe('timeout');
    expect(await codeOf(hello(agent, 'own'))).toBe('answered');
    expect(taken).toEqual(['"own"']);
  });

  it('does not confuse an inbox with one whose name merely begins the same', async () => {
    const { taken } = await pair({ replyPrefix: () => inboxPrefix(host) });
    const intruder = join('intruder', `${inboxPrefix(host)}x`);
    await connected(intruder);
    expect(await codeOf(hello(intruder, 'forged', 300))).toBe('timeout');
    expect(taken).toEqual([]);
  });

  it('delivers each request to one of a queue group, and each publication to every other subscriber', async () => {
    const [one, two, agent] = [join('one'), join('two'), join('agent', inboxPrefix(host))];
    const answered: string[] = [];
    const heard: string[] = [];
    for (const [name, bus] of [
      ['one', one],
      ['two', two],
    ] as const) {
      bus.respond(subjects.anyHello, async () => (answered.push(name), name), { queue: 'api' });
      bus.respond(subjects.anyBeat, async () => void heard.push(name));
    }
    await connected(one, two, agent);
    await Promise.all(Array.from({ length: 40 }, () => hello(agent)));
    expect(answered).toHaveLength(40);
    expect(new Set(answered)).toEqual(new Set(['one', 'two']));
    agent.publish(subjects.beat(host), {});
    await eventually(() => heard.length === 2);
    expect(heard.sort()).toEqual(['one', 'two']);
  });

  it('handles no more requests at once than the limit', async () => {
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const [api, agent] = [join('api'), join('agent', inboxPrefix(host))];
    api.respond(
      subjects.anyHello,
      async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => release.push(resolve));
        running -= 1;
        return 'ok';
      },
      { concurrency: 3 },
    );
    await connected(api, agent);
    const asked = Promise.all(Array.from({ length: 10 }, () => hello(agent, {}, 5000)));
    for (let answered = 0; answered < 10; answered++) (await eventually(() => release.shift()))();
    expect(await asked).toHaveLength(10);
    expect(most).toBe(3);
  });

  it('answers accepted requests before it closes, and accepts no more', async () => {
    const [api, agent] = [join('api'), join('agent', inboxPrefix(host))];
    const release: (() => void)[] = [];
    api.respond(subjects.anyHello, ({ json }) =>
      json === 'slow'
        ? new Promise((resolve) => release.push(() => resolve('late, but there')))
        : Promise.resolve('quick'),
    );
    await connected(api, agent);
    const first = hello(agent, 'slow', 5000);
    await eventually(() => release.length === 1);
    const closing = api.close();
    expect(await eventually(() => codeOf(hello(agent, {}, 500)).then((code) => code === 'no-responder'))).toBe(true);
    release[0]?.();
    expect(await first).toBe('late, but there');
    await closing;
    await api.close(); // safe to repeat
    expect(await codeOf(hello(api))).toBe('disconnected');
  });

  it('does not wait forever for a handler that is stuck', async () => {
    const [api, agent] = [join('api', inboxPrefix('api'), 100), join('agent', inboxPrefix(host))];
    let stuck = false;
    api.respond(subjects.anyHello, () => new Promise(() => (stuck = true)));
    await connected(api, agent);
    void hello(agent, {}, 300).catch(() => undefined);
    await eventually(() => stuck);
    await api.close();
    expect(api.connected).toBe(false);
  });

  it('reconnects by itself, with all its handlers, when NATS was killed and has forgotten everything', async () => {
    const { api, agent } = await pair();
    const changes: boolean[] = [];
    const stop = agent.onStatus((now) => changes.push(now));
    await nats.kill();
    await eventually(() => !api.connected && !agent.connected);
    expect(await codeOf(hello(agent))).toBe('disconnected');
    agent.publish(subjects.beat(host), {}); // dropped, no error
    await nats.start();
    await eventually(() => codeOf(hello(agent, {}, 500)).then((code) => code === 'answered'), { within: 15_000 });
    expect(changes).toEqual([false, true]);
    stop();
  });

  it('connects when NATS starts later, and closes when NATS never starts', async () => {
    await nats.stop();
    const [early, never] = [join('early'), join('never')];
    early.respond(subjects.anyHello, async () => 'here');
    await never.close();
    expect(await codeOf(hello(early))).toBe('disconnected');
    await nats.start();
    const agent = join('agent', inboxPrefix(host));
    await connected(early, agent);
    expect(await hello(agent)).toBe('here');
  });

  it('notices a broker that is up but does not answer', async () => {
    const { agent } = await pair();
    await nats.pause();
    try {
      expect(await codeOf(hello(agent, {}, 300))).toBe('timeout');
    } finally {
      nats.resume();
    }
    await eventually(() => codeOf(hello(agent, {}, 500)).then((code) => code === 'answered'), { within: 15_000 });
  });

  it('reconnects when nothing was answered for a while, and not while something is', async () => {
    const api = join('api');
    const [hearing, deaf] = [host, other].map((id) => join('agent', inboxPrefix(id), 5000, { deafAfterMs: 500 }));
    if (!hearing || !deaf) throw new Error('two agents');
    api.respond(subjects.anyHello, async ({ host: asking }) => (asking === host ? 'here' : new Promise(() => {})));
    await connected(api, hearing, deaf);
    let renewals = 0;
    let unrest = 0;
    deaf.onStatus((isConnected) => (renewals += isConnected ? 1 : 0));
    hearing.onStatus(() => (unrest += 1));
    const silence = () => codeOf(deaf.request(subjects.hello(other), {}, Any, 200));
    await eventually(async () => (await silence(), await hello(hearing), renewals > 0), { what: 'another connection' });
    expect(unrest).toBe(0);
    await connected(deaf);
    expect(await silence()).toBe('timeout');
  });

  it('retries a refused subscription, because it may be allowed later', async () => {
    const broker = await TrustedNats.start();
    try {
      const refused: string[] = [];
      const warn = (line: { event: string; subject?: string }) => {
        if (line.event === 'bus.subscription-refused') refused.push(line.subject ?? '');
      };
      const key = newUserKey();
      const jwt = await broker.trust.hostJwt(other, key.publicKey, 600);
      const bus = new Bus({
        ...{ servers: [broker.nats.url], name: 'refused', inboxPrefix: inboxPrefix(other) },
        ...{ credentials: () => ({ jwt, seed: key.seed }), logger: { ...silent, info: () => {}, warn } as never },
      });
      open.push(bus);
      bus.respond(subjects.call(host), async () => 'this is somebody else’s');
      bus.respond(subjects.call(other), async () => 'here');
      await eventually(() => refused.length >= 2, { within: 30_000, what: 'it is refused again' });
      expect(new Set(refused)).toEqual(new Set([subjects.call(host)]));
      const desired = await broker.connect('desired');
      expect(await desired.request(subjects.call(other), {}, Any, 5000)).toBe('here');
    } finally {
      await broker.close();
    }
  }, 60_000);

  it('reconnects by itself after its client has given up, with all its handlers', async () => {
    const broker = await TrustedNats.start();
    try {
      const agent = await broker.agent(host);
      const answers = await broker.connect('answers');
      const key = newUserKey();
      const jwt = await broker.trust.hostJwt(other, key.publicKey, 600);
      let isBroken = false;
      let asked = 0;
      const credentials = () => {
        if (isBroken) asked += 1;
        if (isBroken) throw new Error('they cannot be read');
        return { jwt, seed: key.seed };
      };
      const logger = createLogger('bus.spec', 'silent');
      const options = { servers: [broker.nats.url], credentials, name: 'fragile', inboxPrefix: inboxPrefix(other) };
      const fragile = new Bus({ ...options, logger });
      open.push(fragile);
      answers.respond(subjects.anyHello, async ({ host: asking }) => ({ asking }));
      fragile.respond(subjects.call(other), async () => 'still here');
      await connected(fragile, answers, agent.bus);
      isBroken = true;
      await broker.nats.kill();
      await broker.nats.start();
      await connected(answers, agent.bus);
      await eventually(() => asked > 0, { within: 30_000, what: 'it asks for its credentials' });
      expect(fragile.connected).toBe(false);
      isBroken = false;
      await connected(fragile);
      expect(await fragile.request(subjects.hello(other), {}, Any, 5000)).toEqual({ asking: other });
      const desired = await broker.connect('desired');
      expect(await desired.request(subjects.call(other), {}, Any, 5000)).toBe('still here');
    } finally {
      await broker.close();
    }
  }, 90_000);
});
