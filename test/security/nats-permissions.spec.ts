import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BusError, CLAIMS_UPDATE, connectionSubjects, type Bus } from '@orrery/shared/bus';
import { inboxPrefix, subjects, type HostId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { z } from 'zod';
import { eventually } from '../support/servers.js';
import { TrustedNats } from '../support/trusted-nats.js';

let broker: TrustedNats;
let desired: Bus;
let answers: Bus;
const hosts: { host: HostId; bus: Bus }[] = [];
/** Everything that the API received on any of its subjects. */
const heard: string[] = [];

beforeAll(async () => {
  broker = await TrustedNats.start();
  [desired, answers] = await Promise.all([broker.connect('desired'), broker.connect('answers')]);
  hosts.push(await broker.agent(), await broker.agent());
  for (const any of [subjects.anyHello, subjects.anyEvents, subjects.anyBeat])
    answers.respond(any, async ({ subject }) => (heard.push(subject), 'heard'));
  await answers.flush();
}, 60_000);
afterAll(() => broker?.close());

const [a, b] = [() => hosts[0] as { host: HostId; bus: Bus }, () => hosts[1] as { host: HostId; bus: Bus }];
const outcome = (asking: Promise<unknown>) =>
  asking.then(
    () => 'answered',
    (error: unknown) => (error instanceof BusError ? error.code : String(error)),
  );
const ask = (bus: Bus, subject: string) => outcome(bus.request(subject, {}, z.unknown(), 400));

/** Publishes with a mark, then something that certainly arrives, and returns whether the mark arrived first. */
async function arrives(from: Bus, subject: string, sure: () => Promise<unknown>): Promise<boolean> {
  heard.length = 0;
  from.publish(subject, { mark: 1 });
  await from.flush();
  await sure();
  return heard.includes(subject);
}

describe('an agent publishes', () => {
  it.each(['hello', 'events', 'beat'] as const)('%s as its own host, but not as another', async (verb) => {
    const sure = () => ask(a().bus, subjects.hello(a().host));
    expect(await arrives(a().bus, subjects[verb](a().host), sure)).toBe(true);
    expect(await arrives(a().bus, subjects[verb](b().host), sure)).toBe(false);
  });

  it.each(['desired', 'call'] as const)('no %s for another host, which only the API does', async (verb) => {
    b().bus.respond(subjects[verb](b().host), async () => 'taken');
    await b().bus.flush();
    expect(await ask(a().bus, subjects[verb](b().host))).not.toBe('answered');
    expect(await ask(desired, subjects[verb](b().host))).toBe('answered');
  });

  it('nothing to the inbox of another host', async () => {
    const subject = `${inboxPrefix(b().host)}.x`;
    b().bus.respond(subject, async () => void heard.push(subject));
    await b().bus.flush();
    expect(await arrives(a().bus, subject, () => ask(b().bus, subjects.hello(b().host)))).toBe(false);
    expect(await arrives(answers, subject, () => eventually(() => heard.includes(subject)))).toBe(true);
  });
});

describe('an agent receives', () => {
  it.each([
    ['desired states', (host: HostId) => subjects.desired(host)],
    ['calls', (host: HostId) => subjects.call(host)],
    ['answers', (host: HostId) => `${inboxPrefix(host)}.answer`],
  ])('its own %s, but not those of another', async (_what, subjectOf) => {
    const owner = await broker.agent();
    const got: string[] = [];
    for (const { host, bus } of [owner, a()]) bus.respond(subjectOf(owner.host), async () => void got.push(host));
    await Promise.all([owner.bus.flush(), a().bus.flush()]);
    const from = subjectOf(owner.host).startsWith('_INBOX') ? answers : desired;
    from.publish(subjectOf(owner.host), {});
    await from.flush();
    await eventually(() => got.length > 0);
    await Promise.all([ask(a().bus, subjects.hello(a().host)), ask(owner.bus, subjects.hello(owner.host))]);
    expect(got).toEqual([owner.host]);
  });

  it('neither the messages of others to the API nor anything else, with any wildcard', async () => {
    const got: string[] = [];
    const curious = await broker.agent();
    for (const subject of ['>', 'orrery.>', 'orrery.v1.api.>', 'orrery.v1.host.*.desired', '_INBOX.>', '$SYS.>'])
      curious.bus.respond(subject, async (message) => void got.push(message.subject));
    await curious.bus.flush();
    expect(await ask(a().bus, subjects.hello(a().host))).toBe('answered');
    expect(await ask(desired, subjects.desired(newId('hst')))).toBe('no-responder');
    expect(await ask(curious.bus, subjects.hello(curious.host))).toBe('answered');
    expect(got).toEqual([]);
  });
});

describe('the limit of an agent at the broker', () => {
  it('is four subscriptions, of which it needs three', async () => {
    const { host, bus } = await broker.agent();
    const got: number[] = [];
    // Its inbox is the first.
    expect(await ask(bus, subjects.hello(host))).toBe('answered');
    for (const one of [1, 2, 3, 4, 5]) bus.respond(`${inboxPrefix(host)}.extra.${one}`, async () => void got.push(one));
    await bus.flush();
    for (const one of [1, 2, 3, 4, 5]) answers.publish(`${inboxPrefix(host)}.extra.${one}`, {});
    await answers.flush();
    await eventually(() => got.length >= 3);
    expect(await ask(bus, subjects.hello(host))).toBe('answered');
    expect(got).toEqual([1, 2, 3]);
  });

  it('is 512 KiB in one message, as much as a hello with its state', async () => {
    const { host, bus } = await broker.agent();
    const say = (bytes: number) => outcome(bus.requestText(subjects.hello(host), ' '.repeat(bytes), z.unknown(), 2000));
    expect(await say(512 * 1024)).toBe('answered');
    expect(await say(512 * 1024 + 1)).toBe('too-large');
  });
});

describe('a subject that is closed to an agent', () => {
  it.each(['$SYS.REQ.SERVER.PING', CLAIMS_UPDATE, '$JS.API.INFO', 'orrery.v1.feed', '_INBOX.api.x'])(
    'is %s',
    async (subject) => {
      expect(await ask(a().bus, subject)).not.toBe('answered');
      expect(await ask(a().bus, subjects.hello(a().host))).toBe('answered');
    },
  );
});

describe('the connections of the API', () => {
  it('that only answers publishes no desired state and no call', async () => {
    const { host, bus } = await broker.agent();
    bus.respond(subjects.desired(host), async () => 'taken');
    await bus.flush();
    expect(await ask(answers, subjects.desired(host))).not.toBe('answered');
    expect(await ask(desired, subjects.desired(host))).toBe('answered');
  });

  it('on the system account asks for connections and closes one, but cannot make a server do anything else', async () => {
    const system = await broker.connect('system');
    const { host, bus } = await broker.agent();
    const Listed = z.object({
      server: z.object({ id: z.string() }),
      data: z.object({ connections: z.array(z.object({ cid: z.int(), name_tag: z.string().optional() })) }),
    });
    const list = connectionSubjects.list(broker.trust.fleet);
    const [page] = await system.requestAll(list, { auth: true }, Listed, 2000);
    const found = page?.data.connections.find(({ name_tag }) => name_tag === host);
    let cuts = 0;
    bus.onStatus((connected) => (cuts += connected ? 0 : 1));
    const server = page?.server.id ?? '';
    await system.request(connectionSubjects.kick(server), { cid: found?.cid }, z.unknown(), 2000);
    await eventually(() => cuts === 1, { what: 'the connection is closed' });
    for (const verb of ['RELOAD', 'LDM', 'VARZ'])
      expect(await ask(system, `$SYS.REQ.SERVER.${server}.${verb}`)).not.toBe('answered');
  });

  it('that only commands receives no messages of agents', async () => {
    const got: string[] = [];
    desired.respond(subjects.anyBeat, async ({ subject }) => void got.push(subject));
    await desired.flush();
    expect(await arrives(a().bus, subjects.beat(a().host), () => ask(a().bus, subjects.hello(a().host)))).toBe(true);
    await desired.flush();
    expect(got).toEqual([]);
  });

  it('are for this installation alone: the JWT of another is refused, and so is a missing one', async () => {
    const other = await TrustedNats.start();
    const { host } = a();
    const [stranger, own, nobody] = [await other.agentOf(broker, host), await broker.agent(host), broker.withoutKey()];
    await eventually(() => stranger.bus.refusal !== undefined && nobody.refusal !== undefined, { within: 30_000 });
    expect([stranger.bus.connected, nobody.connected, own.bus.connected]).toEqual([false, false, true]);
    await other.close();
  });
});
