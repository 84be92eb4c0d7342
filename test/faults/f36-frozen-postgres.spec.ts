import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, System } from '../support/system/system.js';
import { asOnCalmMachine } from '../support/calm.js';

const { frozenMs } = scaled('F36', { frozenMs: [12_000, 65_000] });
/** The time within which a client learns that the database does not answer. */
const ANSWER_MS = 5000;
/** More at once than there are connections to the database. */
const AT_ONCE = 40;

/** docs/faults.md, F36. */
describe('Postgres with every process stopped', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'], ownPostgres: true });
  }, 120_000);
  afterAll(() => system?.close());

  /** How each request was answered, and how long it took. */
  const ask = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const began = performance.now();
        const response = await system.api.raw('GET', '/v1/hosts');
        await response.arrayBuffer();
        return {
          status: response.status,
          retry: Number(response.headers.get('retry-after')),
          ms: performance.now() - began,
        };
      }),
    );

  /** Reads and changes of every kind, with and without a key. */
  const various = () => {
    const launch = { name: 'late', networks: [PUBLIC] };
    const requests: [method: string, path: string, body?: unknown][] = [
      ['GET', '/v1/status'],
      ['GET', '/v1/events?since=1h'],
      ['GET', '/v1/events/stream'],
      ['GET', '/v1/hosts/alpha'],
      ['GET', '/v1/nodes?limit=1'],
      ['POST', '/v1/hosts/alpha/containers', launch],
      ['POST', '/v1/hosts/alpha/containers?dryRun=true', launch],
      ['PATCH', '/v1/hosts/beta', { setLabels: { x: 'y' } }],
      ['PUT', `/v1/networks/${PUBLIC}`, { name: 'lab' }],
      ['POST', '/v1/commands', { selector: 'site=nowhere', command: { action: 'restart', container: 'demo' } }],
      ['POST', '/v1/join-tokens', {}],
      ['DELETE', '/v1/tokens/nobody'],
    ];
    return requests.map(([method, path, body], index) => async () => {
      const began = performance.now();
      const headers: Record<string, string> = index % 2 === 0 ? {} : { 'idempotency-key': `various-${index}` };
      const {
        status,
        headers: answered,
        body: stream,
      } = await system.api.raw(method, path, {
        headers,
        ...(body === undefined ? {} : { body }),
      });
      await stream?.cancel();
      return { what: `${method} ${path}`, status, retry: answered.get('retry-after'), ms: performance.now() - began };
    });
  };

  it(
    'is reported as 503 within five seconds to every client, and nothing accepted is lost',
    async () => {
      await system.done((await system.launch('alpha', 'early')).id);
      const { id } = await system.launch('beta', 'demo');
      // The control: before, every request is answered.
      for (const { status } of await ask(AT_ONCE)) expect(status).toBe(200);
      system.postgres.freeze();
      const end = performance.now() + frozenMs;
      while (performance.now() < end - ANSWER_MS)
        for (const { status, retry, ms } of await ask(AT_ONCE)) {
          expect(status).toBe(503);
          expect(retry).toBeGreaterThan(0);
          expect(ms).toBeLessThan(asOnCalmMachine(ANSWER_MS));
        }
      await system.api.refused('POST', '/v1/hosts/alpha/containers', 'store-unavailable', {
        body: { name: 'never', networks: ['8056c2e21c000001'] },
      });
      // An agent's report of its own restart must wait.
      await system.host('alpha').process.kill();
      await system.host('alpha').tamper((state) => (state.containers = []));
      await system.host('alpha').start();
      await eventually(() => performance.now() > end, { within: frozenMs + 60_000 });
      system.postgres.thaw();
      await system.api.ready(30_000);
      await system.done(id);
      await expectSettledWorld(system);
      expect(system.api.process.exited).toBe(false);
      expect(await system.sql(`SELECT 1 FROM containers WHERE name = 'never'`)).toEqual([]);
    },
    frozenMs + 240_000,
  );

  it('is reported to requests of every kind, including those under way', async () => {
    const requests = various();
    const underWay = requests.map((send) => send());
    system.postgres.freeze();
    try {
      for (const { what, status, ms } of await Promise.all(underWay)) {
        expect([what, status >= 500 && status !== 503]).toEqual([what, false]);
        expect([what, ms < ANSWER_MS]).toEqual([what, true]);
      }
      for (const { what, status, retry, ms } of await Promise.all(requests.map((send) => send()))) {
        expect([what, status, retry]).toEqual([what, 503, '5']);
        expect([what, ms < ANSWER_MS]).toEqual([what, true]);
      }
    } finally {
      system.postgres.thaw();
    }
    await system.api.ready(30_000);
  }, 60_000);
});
