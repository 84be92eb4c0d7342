import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Admission, Controller, Network, NetworkMade } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { CentralStandin } from '../../../../test/support/central/standin.js';
import { eventually } from '../../../../test/support/servers.js';
import { TOKEN_KEY_FILE } from './sealed-token.js';

const NODE = 'abcdef0123';
const { api } = apiFixture({ ORRERY_CENTRAL_PREFIXES: '127.0.0.1' });
let central: CentralStandin;
let count = 0;

beforeEach(async () => {
  central = await CentralStandin.start();
  count++;
});
afterEach(async () => {
  expect(central.offences).toEqual([]);
  await api.raw('DELETE', `/v1/controllers/${name()}?confirm=${name()}`);
  await central.close();
});

const name = () => `central-${count}`;
const add = (more: { token?: string; url?: string } = {}) =>
  api.raw('POST', '/v1/controllers', {
    body: { kind: 'central', name: name(), url: central.url, token: central.token, ...more },
  });
const added = async () => Controller.parse(await (await add()).json());
const create = async () =>
  (await api.ask('POST', '/v1/networks', NetworkMade, { body: { name: `lab-${count}`, controller: name() } })).body;

describe('ZeroTier Central', () => {
  it('is added with its token, which is in no answer, and in the database only sealed with a key kept elsewhere', async () => {
    const answer = await add();
    const text = await answer.text();
    expect([answer.status, Controller.parse(JSON.parse(text))]).toMatchObject([
      201,
      { kind: 'central', url: central.url },
    ]);
    const [row] = await api.database.query<{ sealed: Buffer; row: string }[]>(
      'SELECT token_sealed AS sealed, controllers::text AS row FROM controllers WHERE name = $1',
      [name()],
    );
    expect(row?.sealed.length).toBeGreaterThan(central.token.length);
    for (const encoding of ['latin1', 'base64', 'hex'] as const)
      expect(row?.sealed.toString(encoding)).not.toContain(Buffer.from(central.token).toString(encoding));
    expect(row?.row).toContain(central.url);
    expect(text + (row?.row ?? '')).not.toContain(central.token);
    expect(await readdir(join(api.home, 'secrets'))).toContain(TOKEN_KEY_FILE);
  });

  it.each([
    ['a token that it does not know', { token: 'adsf98ashdkjh3689adsfnj3$ADn' }, 'central-refused'],
    ['the URL of the new one', { url: 'https://central.zerotier.com/api/v2' }, 'central-new-unsupported'],
    [
      'the name of a service account of the new one',
      { token: 'service-account@org-42.ztsa' },
      'central-new-unsupported',
    ],
  ])('is not added with %s, and nothing is stored; with the right values it is', async (_, wrong, code) => {
    const answer = await add(wrong);
    expect([answer.status, await answer.json()]).toMatchObject([409, { code, fix: expect.any(String) }]);
    expect((await api.raw('GET', `/v1/controllers/${name()}`)).status).toBe(404);
    expect((await add()).status).toBe(201);
  });

  it.each([
    ['on a loopback address that is not named', (port: string) => `http://127.0.0.2:${port}/api/v1`],
    ['in a private network', () => 'https://10.255.255.1/api/v1'],
    ['where clouds keep credentials', () => 'https://169.254.169.254/latest/meta-data'],
    ['there, written as IPv6', () => 'https://[::ffff:a9fe:a9fe]/latest/meta-data'],
    ['on a loopback address, written as one number', (port: string) => `https://2130706434:${port}/api/v1`],
  ])('is not added where it is %s, and nothing is sent there; it is where the setting allows it', async (_, at) => {
    const answer = await add({ url: at(new URL(central.url).port) });
    expect([answer.status, await answer.json()]).toMatchObject([
      409,
      { code: 'central-address-refused', fix: expect.any(String) },
    ]);
    expect(central.asked).toEqual([]);
    expect((await add()).status).toBe(201);
  });

  it('accepts another valid token and keeps its networks; a wrong token changes nothing', async () => {
    await added();
    const { id } = await create();
    const path = `/v1/controllers/${name()}`;
    await api.refused('PATCH', path, 'central-refused', { body: { token: 'adsf98ashdkjh3689adsfnj3$ADn' } });
    expect((await api.ask('PATCH', path, Controller, { body: { token: central.token } })).body.networks).toBe(1);
    await api.ask('PATCH', `/v1/networks/${id}`, Network, { body: { config: { mtu: 1500 } } });
    await eventually(() => central.account.network(id)?.config['mtu'] === 1500, { what: 'the token is used' });
  });

  it('keeps a network under the ID that it picked, and authorizes the nodes admitted there', async () => {
    await added();
    const { id } = await create();
    await eventually(() => central.account.network(id)?.config['name'] === `lab-${count}`, { what: 'Central has it' });
    const body = { verdict: 'authorize', name: 'web-1' };
    await api.ask('PUT', `/v1/networks/${id}/admissions/${NODE}`, Admission, { body });
    await eventually(() => central.account.member(id, NODE)?.config['authorized'] === true, { what: 'it is let in' });
    expect(central.account.member(id, NODE)).toMatchObject({ name: 'web-1' });
    expect(central.turnedAway).toBe(0);
  });

  it('is unreachable while it answers 503, which is its cause, and up when it answers again', async () => {
    await added();
    const { id } = await create();
    const is = async () => (await api.get(`/v1/controllers/${name()}`, Controller)).body;
    await eventually(async () => (await is()).state === 'up');
    central.trouble({ is: 'status', status: 503 });
    const away = await eventually(async () => ((await is()).state === 'away' ? is() : undefined), { within: 30_000 });
    expect(away.cause).toContain('503');
    central.calm();
    await eventually(async () => (await is()).state === 'up', { within: 30_000 });
    await eventually(async () => (await api.get(`/v1/networks/${id}`, Network)).body.sync?.state === 'applied', {
      within: 30_000,
    });
  }, 120_000);
});
