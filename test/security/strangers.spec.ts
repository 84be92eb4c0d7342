import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiTokenMade, HostPage, Problem } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { compare, slowdown, tell, type Compared } from '../support/strangers/calm-and-attacked.js';
import { RunningAttack } from '../support/strangers/attack.js';
import { addressOf, Stranger, unreadMb } from '../support/strangers/stranger.js';
import { OpenSocket, sendRaw, statusOf } from '../support/raw-http.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { System } from '../support/system/system.js';

const MOST_SLOWDOWN = 2;
/** Below this no client suffers, and the slowest of so few samples is the machine's own noise. */
const NOISE_MS = { middle: 25, slowest: 1000 };

let system: System;
let port: number;
let bundle: string;

beforeAll(async () => {
  system = await System.start();
  port = Number(new URL(system.api.url).port);
  bundle = `/agent/orrery-agent-${process.platform}-${process.arch}.tar.gz`;
  // It is packed at the first request.
  await eventually(async () => (await fetch(`${system.api.url}${bundle}`, { method: 'HEAD' })).ok, { within: 150_000 });
}, 240_000);
afterAll(() => system?.close());

const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, '', ''].join('\r\n');
function expectAsFast(rounds: readonly Compared[]): void {
  expect(slowdown(rounds, 50, NOISE_MS.middle)).toBeLessThan(MOST_SLOWDOWN);
  expect(slowdown(rounds, 99, NOISE_MS.slowest)).toBeLessThan(MOST_SLOWDOWN);
}

const honest = () => system.api.get('/v1/hosts', HostPage);

describe('answers that nobody reads', () => {
  /**
   * The maximum that the kernel keeps, while an honest client asks in turn, first undisturbed and then under attack.
   */
  async function measure(what: string, path: string, addresses: number, ...headers: string[]): Promise<number> {
    let most = 0;
    const attack = async () => {
      const request = get(path, ...headers);
      const running = await RunningAttack.start({ port, connections: 1100, addresses, request, reads: false });
      const look = setInterval(() => void unreadMb(port).then((unread) => (most = Math.max(most, unread))), 200);
      return async () => {
        clearInterval(look);
        await running.stop();
      };
    };
    const rounds = await compare({ rounds: 3, samples: 150, ask: honest, attack });
    tell(`${what}, at most ${most.toFixed(0)} MB unread`, rounds);
    expect(most).toBeGreaterThan(1);
    expectAsFast(rounds);
    return most;
  }

  it('of 1,100 downloads leave an honest client as fast as before, and hold little memory', async () => {
    expect(await measure('1,100 unread downloads', bundle, 250)).toBeLessThan(64);
  }, 120_000);

  it('of 1,100 pages leave it as fast too when their peers want the connection closed afterwards', async () => {
    const page = '/docs/swagger-ui-bundle.js';
    expect(await measure('1,100 unread pages', page, 250, 'Connection: close')).toBeLessThan(400);
    await eventually(async () => (await unreadMb(port)) < 1, { within: 40_000, what: 'nothing is left behind' });
  }, 120_000);

  it('are ended after a while; a slow and steady reader is served to the end', async () => {
    const token = await system.api.secret('admin.token');
    const [still, steady] = ['127.0.1.1', '127.0.2.1'].map(
      (from) => new Stranger(port, get(bundle, `Authorization: Bearer ${token}`), from),
    ) as [Stranger, Stranger];
    const reading = setInterval(() => steady.take(200_000), 100);
    try {
      // A closed connection shows in what the kernel keeps, because a client that does not read cannot notice it.
      await eventually(async () => (await unreadMb(port, '127.0.2.1')) > 0, { what: 'both are under way' });
      await eventually(async () => (await unreadMb(port, '127.0.1.1')) > 1, { what: 'nothing is read' });
      await eventually(async () => (await unreadMb(port, '127.0.1.1')) === 0, { within: 40_000, what: 'it is ended' });
      expect(steady.closed).toBe(false);
      const before = steady.read;
      await eventually(() => steady.read > before + 5_000_000, { within: 20_000, what: 'the steady one continues' });
    } finally {
      clearInterval(reading);
      for (const stranger of [still, steady]) stranger.close();
    }
  }, 90_000);

  it('of other downloads do not keep a machine from its own: it comes back when it is told to', async () => {
    const attackers = Array.from({ length: 100 }, (_, at) => new Stranger(port, get(bundle), addressOf(at)));
    try {
      await eventually(async () => (await unreadMb(port)) > 20, { what: 'all places are taken' });
      const first = await fetch(system.api.url + bundle);
      expect([first.status, first.headers.get('retry-after')]).toEqual([503, '5']);
      expect(Problem.parse(await first.json()).code).toBe('busy');
      const download = async () => {
        const answer = await fetch(system.api.url + bundle);
        const { byteLength } = await answer.arrayBuffer();
        return answer.ok && byteLength;
      };
      const bytes = await eventually(download, { within: 60_000, every: 1000, what: 'the machine gets the agent' });
      expect(bytes).toBeGreaterThan(10_000_000);
    } finally {
      attackers.forEach((stranger) => stranger.close());
    }
  }, 120_000);
});

describe('connections that show no token', () => {
  it('are few from one address, and those with a valid token stay however many there are', async () => {
    const token = await system.api.secret('admin.token');
    const known = Array.from(
      { length: 80 },
      () => new OpenSocket(port, get('/v1/hosts', `Authorization: Bearer ${token}`)),
    );
    await eventually(() => known.every(({ answer }) => statusOf(answer) === 200), { what: 'all are answered' });
    const strangers = Array.from({ length: 300 }, () => new OpenSocket(port, 'GET / HTTP/1.1\r\nX-'));
    try {
      const open = () => strangers.filter(({ closed }) => !closed).length;
      await eventually(() => open() <= 64, { what: 'strangers make room' });
      expect(open()).toBeGreaterThan(32);
      await honest();
      expect(known.filter(({ closed }) => closed)).toEqual([]);
    } finally {
      for (const socket of [...known, ...strangers]) socket.close();
    }
  }, 60_000);
});

describe('wrong tokens', () => {
  const wrong = () => `ora_${randomBytes(32).toString('base64url')}`;
  const ask = (token: string) => system.api.raw('GET', '/v1/hosts', { token });

  it('of a neighbor lock out neither a valid token nor one that was just created, and are slowed themselves', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(wrong())));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
    const from = performance.now();
    expect((await ask(wrong())).status).toBe(429);
    expect(performance.now() - from).toBeGreaterThan(900);
    const body = { name: `fresh-${randomBytes(4).toString('hex')}`, role: 'viewer' };
    const made = await system.api.ask('POST', '/v1/tokens', ApiTokenMade, { body });
    expect((await ask(made.secret)).status).toBe(200);
  });

  it.each([
    ['100 connections of one address', 100, 1],
    ['600 connections of 16 addresses', 600, 16],
  ])(
    'as fast as %s carry them leave an honest client as fast as before',
    async (what, connections, addresses) => {
      let tries = 0;
      let seconds = 0;
      const attack = async () => {
        const request = get('/v1/hosts', 'Authorization: Bearer ora_RANDOM');
        const running = await RunningAttack.start({ port, connections, addresses, request, reads: true });
        const from = performance.now();
        return async () => {
          tries += running.sent;
          seconds += (performance.now() - from) / 1000;
          await running.stop();
        };
      };
      const rounds = await compare({ rounds: 3, samples: 150, ask: honest, attack });
      tell(`${(tries / seconds).toFixed(0)} wrong tokens a second over ${what}`, rounds);
      expect(tries).toBeGreaterThan(100);
      expectAsFast(rounds);
    },
    120_000,
  );
});

describe('event streams of viewers with a scope', () => {
  it('300 at once, of 15 tokens, leave an honest client as fast as before while their host reports much', async () => {
    const agent = await HandAgent.join(system, 'talkative');
    await agent.hello();
    await system.sql(`UPDATE hosts SET labels = '{"who":"talkative"}' WHERE name = 'talkative'`);
    const tokens = await Promise.all(
      Array.from({ length: 15 }, async (_, at) => {
        const body = { name: `crowd-${at}`, role: 'viewer', scope: { hosts: 'who=talkative' } };
        return (await system.api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).secret;
      }),
    );
    let said = 0;
    const attack = async () => {
      const streams = tokens
        .map((token, at) => [token, addressOf(at)] as const)
        .flatMap(([token, from]) =>
          Array.from(
            { length: 20 },
            () => new OpenSocket(port, get('/v1/events/stream', `Authorization: Bearer ${token}`), from),
          ),
        );
      const notOpen = () => streams.filter(({ answer }) => statusOf(answer) !== 200);
      const areOpen = () => notOpen().length === 0 || Promise.reject(new Error(notOpen()[0]?.answer ?? ''));
      await eventually(areOpen, { within: 30_000, what: 'all streams are open' });
      const stop = new AbortController();
      const talking = (async () => {
        while (!stop.signal.aborted) {
          await agent.say(engineDown(`cause ${said++}`));
          await pause(50);
        }
      })();
      return async () => {
        stop.abort();
        await talking;
        const last = `"cause":"cause ${said - 1}"`;
        await eventually(() => streams.every(({ answer }) => answer.includes(last)), { what: 'all have received it' });
        streams.forEach((stream) => stream.close());
      };
    };
    const rounds = await compare({ rounds: 3, samples: 100, ask: honest, attack }).finally(() => agent.close());
    tell(`300 streams, ${said} events`, rounds);
    expectAsFast(rounds);
  }, 120_000);
});

describe('a request without a token', () => {
  const post = (line: string, ...headers: string[]) =>
    [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Content-Type: application/json', ...headers, '', ''].join('\r\n');

  it.each(['DELETE /v1/hosts/x', 'POST /v1/hosts/x/containers', 'PUT /v1/networks/8056c2e21c000001'])(
    'is refused before its body is read: %s',
    async (line) => {
      const empty = post(line, 'Content-Length: 0', 'Connection: close');
      expect(statusOf(await sendRaw(port, empty))).toBe(401);
      const token = await system.api.secret('admin.token');
      expect(statusOf(await sendRaw(port, empty.replace('\r\n', `\r\nAuthorization: Bearer ${token}\r\n`)))).toBe(400);
    },
  );

  it('is refused before its body arrives, and the body is not taken for a request', async () => {
    const announced = new OpenSocket(port, post('POST /v1/hosts/x/containers', 'Content-Length: 60000'));
    await eventually(() => statusOf(announced.answer) === 401, { what: 'the answer comes first' });
    announced.write('x'.repeat(60_000) + get('/healthz'));
    await eventually(() => /"alive":true/.test(announced.answer), { what: 'the connection can be used afterwards' });
    announced.close();

    const endless = new OpenSocket(port, post('POST /v1/hosts/x/containers', 'Transfer-Encoding: chunked'));
    await eventually(() => statusOf(endless.answer) === 401, { what: 'the answer comes first' });
    const chunks = setInterval(() => endless.write(`1000\r\n${'x'.repeat(4096)}\r\n`), 20);
    await eventually(() => endless.closed, { within: 10_000, what: 'nothing more of it is read' });
    clearInterval(chunks);
  });
});
