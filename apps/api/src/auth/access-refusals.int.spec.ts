import { beforeAll, describe, expect, it } from '@jest/globals';
import { ApiTokenMade, EventPage, HostPage } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { EventStream } from '../../../../test/support/event-stream.js';
import { joinHost } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';
import { AccessRefusals } from './access-refusals.js';
import { scopeOf } from '../../../../test/support/scope.js';

const { api } = apiFixture();

beforeAll(async () => {
  await joinHost(api, 'web-1', { labels: { env: 'a' } });
  await joinHost(api, 'web-2', { labels: { env: 'b' } });
}, 60_000);

const tokenOf = async (name: string, role: string, scope?: string) =>
  (
    await api.ask('POST', '/v1/tokens', ApiTokenMade, {
      body: { name, role, ...(scope ? { scope: scopeOf(scope) } : {}) },
    })
  ).body.secret;

const told = async (name: string) =>
  (await api.get('/v1/events?type=access.refused&order=asc', EventPage)).body.items
    .map(({ data }) => data)
    .filter((data) => data.name === name);

describe('the refusals of a token', () => {
  it('are reported once at once and once for all that follow, not once for each request', async () => {
    const token = await tokenOf('eager', 'viewer');
    const refused = () => api.refused('POST', '/v1/hosts/web-1/pause', 'forbidden', { token });
    await refused();
    await eventually(async () => (await told('eager')).length === 1, { what: 'the first is reported' });
    for (let each = 0; each < 25; each++) await refused();
    expect(await told('eager')).toMatchObject([
      { operation: 'POST /v1/hosts/{host}/pause', code: 'forbidden', count: 1 },
    ]);
    await api.app.get(AccessRefusals, { strict: false }).flush();
    await eventually(async () => (await told('eager')).length === 2, { what: 'the rest is reported' });
    expect(await told('eager')).toMatchObject([{ count: 1 }, { count: 25 }]);
  });

  it('are reported also when the scope hides the target, but not when the target does not exist', async () => {
    const token = await tokenOf('prying', 'viewer', 'hosts:env=a');
    await api.refused('GET', '/v1/hosts/web-9', 'unknown-host', { token });
    await api.refused('GET', '/v1/hosts/web-1/containers/none', 'unknown-container', { token });
    await api.refused('GET', '/v1/hosts/web-2', 'unknown-host', { token });
    await eventually(async () => (await told('prying')).length > 0, { what: 'it is reported' });
    expect(await told('prying')).toMatchObject([{ operation: 'GET /v1/hosts/{host}', code: 'unknown-host', count: 1 }]);
  });

  it('are visible to admins without a scope alone, in the list, one by one and on the stream', async () => {
    const [viewer, scoped] = [await tokenOf('onlooker', 'viewer'), await tokenOf('narrow', 'admin', 'hosts:env=a')];
    const whole = await tokenOf('whole', 'admin');
    const open = (token: string) =>
      EventStream.open(`${api.url}/v1/events/stream`, { authorization: `Bearer ${token}` });
    const streams = await Promise.all([viewer, scoped, whole].map(open));
    await api.refused('POST', '/v1/tokens', 'forbidden', { token: viewer, body: { name: 'x', role: 'admin' } });
    const of = (index: number) =>
      streams[index]?.events.filter(({ type }) => type === 'io.orrery.access.refused') ?? [];
    await eventually(() => of(2).length > 0, { what: 'the admin receives it' });
    await api.raw('PATCH', '/v1/hosts/web-1', { body: { setLabels: { tier: 'web' } } });
    for (const index of [0, 1])
      await eventually(() => streams[index]?.events.some(({ type }) => type === 'io.orrery.host.changed'), {
        what: 'a later event',
      });
    expect([of(0), of(1)]).toEqual([[], []]);
    const [{ id } = { id: '' }] = of(2);
    for (const token of [viewer, scoped]) {
      const list = await api.ask('GET', '/v1/events?type=access.*', EventPage, { token });
      expect(list.body.items).toEqual([]);
      await api.refused('GET', `/v1/events/${id}`, 'unknown-event', { token });
    }
    expect((await api.raw('GET', `/v1/events/${id}`, { token: whole })).status).toBe(200);
    await api.ask('GET', '/v1/hosts', HostPage, { token: viewer });
    for (const stream of streams) stream.close();
  });
});
