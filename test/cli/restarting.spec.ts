import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Accepted, Host } from '@orrery/shared/contracts';
import { ApiClient } from '../../apps/cli/src/api/api-client.js';
import { readSettings } from '../../apps/cli/src/settings.js';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { command, host } from './support/stub-data.js';

const LAUNCH = 'POST /v1/hosts/web-1/containers';

describe('a change, while the API is restarting', () => {
  let api: StubApi;
  let told: number;
  beforeEach(async () => {
    api = await StubApi.start();
    api.on(LAUNCH, () => json(Accepted, { command: command() }, 202));
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1')));
    told = 0;
  });
  afterEach(() => api.close());

  const client = (forMs: number, onWaiting: () => void = () => undefined) =>
    new ApiClient(readSettings(api.env), {
      forMs,
      onWaiting: () => {
        told += 1;
        onWaiting();
      },
    });
  const launch = (forMs: number, onWaiting?: () => void) =>
    client(forMs, onWaiting).request('POST', '/v1/hosts/web-1/containers', Accepted, { body: {} });

  it('is sent again until there is an answer, with one notice', async () => {
    await api.close();
    expect((await launch(30_000, () => void api.listen())).value.command.id).toBe(command().id);
    expect([told, api.asked(LAUNCH).length]).toEqual([1, 1]);
  });

  it('is sent again after 503, under the same key, so that it happens once', async () => {
    let busy = 2;
    api.on(LAUNCH, () =>
      busy-- > 0
        ? problem(503, 'store-unavailable', 'the database is away')
        : json(Accepted, { command: command() }, 202),
    );
    await launch(30_000);
    const keys = api.asked(LAUNCH).map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size, told]).toEqual([3, 1, 1]);
  });

  it('fails with the last error when the outage lasts', async () => {
    api.on(LAUNCH, () => problem(503, 'store-unavailable', 'the database is away'));
    await expect(launch(50)).rejects.toMatchObject({ code: 'store-unavailable' });
    await api.close();
    await expect(launch(50)).rejects.toMatchObject({ code: 'api-unreachable' });
  });

  it('is not sent again after any other answer', async () => {
    api.on(LAUNCH, () => problem(409, 'container-differs', 'another spec'));
    await expect(launch(30_000)).rejects.toMatchObject({ code: 'container-differs' });
    expect([api.asked(LAUNCH).length, told]).toEqual([1, 0]);
  });

  it('waits, and a read does not', async () => {
    await api.close();
    await expect(client(30_000).get('/v1/hosts/web-1', Host)).rejects.toMatchObject({ code: 'api-unreachable' });
    expect(told).toBe(0);
  });

  it('is announced on stderr', async () => {
    let busy = 1;
    api.on(LAUNCH, () =>
      busy-- > 0 ? problem(503, 'store-unavailable', 'away') : json(Accepted, { command: command() }, 202),
    );
    const { code, out, err } = await runCli('launch demo --host web-1 --network lab -o name', api.env);
    expect([code, out]).toEqual([0, command().id]);
    expect(err).toBe('(the API is not responding; retrying for up to 10s)');
  });
});
