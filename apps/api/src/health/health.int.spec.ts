import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accepted, HostPage, Liveness, Readiness, Status } from '@orrery/shared/contracts';
import { RunningApi } from '../../../../test/support/api.js';
import { joinHost } from '../../../../test/support/joined-host.js';
import {
  eventually,
  startNats,
  startPostgres,
  type TestNats,
  type TestPostgres,
} from '../../../../test/support/servers.js';
import { asOnCalmMachine } from '../../../../test/support/calm.js';

const LAUNCH = { name: 'demo', networks: ['8056c2e21c000001'] };
let postgres: TestPostgres;
let nats: TestNats;
let api: RunningApi;

/** Both are away when the API starts. */
beforeAll(async () => {
  [postgres, nats] = await Promise.all([startPostgres({ own: true }), startNats()]);
  const database = await postgres.createDatabase();
  await Promise.all([postgres.stop(), nats.stop()]);
  api = await RunningApi.start({ databaseUrl: database.url, natsUrl: nats.url });
}, 60_000);
afterAll(async () => {
  await api?.close();
  await nats?.close();
  await postgres?.close();
});

const readiness = async () => {
  const response = await api.raw('GET', '/readyz', { token: null });
  return { status: response.status, ...Readiness.parse(await response.json()) };
};
const becomesReady = (ready: boolean) =>
  eventually(async () => (await readiness()).ready === ready, { within: 20_000, what: `ready is ${ready}` });

describe('an API whose database and NATS are unreachable', () => {
  it('starts anyway, says what is missing, and refuses with 503 and when to retry', async () => {
    expect((await api.get('/healthz', Liveness)).body).toEqual({ alive: true });
    const { status, ready, checks } = await readiness();
    expect([status, ready]).toEqual([503, false]);
    expect([checks.database?.ok, checks.migrations?.ok, checks.nats?.ok]).toEqual([false, false, false]);
    expect(checks.database?.cause).toBeTruthy();
    const { headers } = await api.refused('GET', '/v1/hosts', 'store-unavailable');
    expect(headers.get('retry-after')).toBe('5');
  });

  it('accepts commands once the database is reachable, while NATS still is not', async () => {
    await postgres.start();
    await eventually(async () => (await readiness()).checks.database?.ok, {
      within: 20_000,
      what: 'the database is there',
    });
    expect((await readiness()).checks.nats?.ok).toBe(false);
    await joinHost(api, 'web-1');
    const { body } = await api.ask('POST', '/v1/hosts/web-1/containers', Accepted, { body: LAUNCH });
    expect(body.command.state).toBe('queued');
    const { headers } = await api.refused('GET', '/v1/hosts/web-1/containers/demo/logs', 'bus-unavailable');
    expect(headers.get('retry-after')).toBe('5');
  });

  it('is ready once NATS is reachable as well', async () => {
    await nats.start();
    await becomesReady(true);
    await api.refused('GET', '/v1/hosts/web-1/containers/demo/logs', 'host-away');
    expect((await api.get('/v1/status', Status)).body).toMatchObject({
      hosts: { joined: 1, online: 0 },
      containers: { total: 1, running: 0 },
      memberships: { waiting: 1, total: 1 },
      commands: { unfinished: 1 },
      attention: [{ what: 'web-1 joined but was never heard from', next: 'orrery explain web-1' }],
    });
  });

  it('reports within three seconds that it is not ready when NATS hangs, and is ready again afterwards', async () => {
    await nats.pause();
    try {
      const began = performance.now();
      const { status, checks } = await readiness();
      expect(performance.now() - began).toBeLessThan(asOnCalmMachine(3000));
      expect([status, checks.database?.ok, checks.nats]).toEqual([
        503,
        true,
        { ok: false, cause: 'connected, but it does not answer' },
      ]);
      const { headers } = await api.refused('GET', '/v1/hosts/web-1/containers/demo/logs', 'bus-unavailable');
      expect(headers.get('retry-after')).toBe('5');
    } finally {
      nats.resume();
    }
    await becomesReady(true);
  }, 20_000);

  it('survives a killed database, and continues when it is back', async () => {
    await postgres.kill();
    await becomesReady(false);
    await api.refused('GET', '/v1/hosts', 'store-unavailable');
    await api.refused('POST', '/v1/hosts/web-1/containers', 'store-unavailable', { body: LAUNCH });
    await postgres.start();
    await becomesReady(true);
    expect((await api.get('/v1/hosts', HostPage)).body.items).toHaveLength(1);
  });
});
