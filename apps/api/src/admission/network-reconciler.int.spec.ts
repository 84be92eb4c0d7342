import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  AcceptedGroup,
  Admission,
  AdmissionPage,
  Controller,
  MAX_RECORDS,
  Network,
  NetworkMade,
  type HostId,
  type NetworkId,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost, newAddress } from '../../../../test/support/controller-host.js';
import { joinHost } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';

const STRANGER = 'deadbeef01';
const SOON = { within: 20_000 };
const away = { result: 'trouble', code: 'controller-unreachable', cause: 'it is off', fix: 'Start it.' } as const;

const { api } = apiFixture();
let host: ControllerHost;
let count = 0;

beforeEach(async () => {
  host = await ControllerHost.join(api, `web-${++count}`);
});
afterEach(() => host?.close());

const create = async () =>
  (await api.ask('POST', '/v1/networks', NetworkMade, { body: { name: `lab-${count}`, controller: host.name } })).body;
const get = async (id: NetworkId) => (await api.get(`/v1/networks/${id}`, Network)).body;
const controller = async () => (await api.get(`/v1/controllers/${host.name}`, Controller)).body;
const put = (network: NetworkId, address: string, body: object) =>
  api.ask('PUT', `/v1/networks/${network}/admissions/${address}`, Admission, { body });

describe('a controller whose host was reinstalled', () => {
  /** The state after a reinstallation: another identity, and none of the networks that it had. */
  async function installAnew(): Promise<{ id: NetworkId; old: string }> {
    await eventually(async () => (await controller()).state === 'up', SOON);
    const { id } = await create();
    await put(id, STRANGER, { verdict: 'authorize' });
    const old = host.controller.address;
    host.controller.address = newAddress();
    host.controller.networks.clear();
    host.controller.records.clear();
    await eventually(async () => (await controller()).state === 'moved', { ...SOON, what: 'it is seen to have moved' });
    return { id, old };
  }

  it('has moved, which its networks report as a finding, and receives no changes', async () => {
    const { id, old } = await installAnew();
    const { cause, fix, address } = await controller();
    expect([cause, fix, address]).toEqual([expect.stringContaining(host.controller.address), expect.any(String), old]);
    expect((await get(id)).findings).toMatchObject([{ code: 'controller-moved', severity: 'error' }]);
    host.controller.asked.length = 0;
    const changed = await api.ask('PATCH', `/v1/networks/${id}`, Network, { body: { config: { mtu: 1500 } } });
    expect(changed.body.sync).toMatchObject({ state: 'pending', cause: expect.stringContaining(old) });
    await put(id, 'deadbeef02', { verdict: 'authorize' });
    const body = { name: `x-${count}`, controller: host.name };
    await api.refused('POST', '/v1/networks', 'controller-away', { body });
    await eventually(() => host.asked('probe').length > 1, { ...SOON, what: 'it was looked at again' });
    expect(host.changes).toEqual([]);
  }, 60_000);

  it('is up when it has its old identity again, and then gets back what it had and what was changed meanwhile', async () => {
    const { id, old } = await installAnew();
    await api.ask('PATCH', `/v1/networks/${id}`, Network, { body: { config: { mtu: 1500 } } });
    await put(id, 'deadbeef02', { verdict: 'authorize' });
    host.controller.address = old;
    await eventually(async () => (await controller()).state === 'up', SOON);
    await eventually(() => host.controller.record(id, 'deadbeef02')?.authorized, SOON);
    await eventually(() => host.controller.record(id, STRANGER)?.authorized, { ...SOON, what: 'who was in is in' });
    expect(host.controller.networks.get(id)?.config.mtu).toBe(1500);
    await eventually(async () => (await get(id)).findings.length === 0, SOON);
  }, 60_000);

  it('is a controller like any other once its old networks are deleted', async () => {
    const { id } = await installAnew();
    await api.ask('DELETE', `/v1/networks/${id}?confirm=lab-${count}`, Network);
    await eventually(async () => (await controller()).state === 'up', SOON);
    expect((await create()).id.slice(0, 10)).toBe(host.controller.address);
  }, 60_000);
});

describe('three hundred nodes that become desired in one network at once', () => {
  const HOSTS = 20;
  const EACH = 15;

  it('are all authorized with few requests, and with one event each', async () => {
    const { id } = await create();
    const names = Array.from({ length: HOSTS }, (_, index) => `many-${index}`);
    for (const name of names) await offer((await joinHost(api, name, { labels: { round: 'many' } })).hostId);
    host.controller.trouble = away;
    for (let index = 0; index < EACH; index++) {
      const command = { action: 'launch', name: `demo-${index}`, spec: { networks: [id] } };
      await api.ask('POST', '/v1/commands', AcceptedGroup, {
        body: { selector: 'round=many', command, confirm: HOSTS },
      });
    }
    host.controller.asked.length = 0;
    host.controller.trouble = undefined;
    const letIn = () => [...(host.controller.records.get(id)?.values() ?? [])].filter(({ authorized }) => authorized);
    await eventually(() => letIn().length === HOSTS * EACH, { within: 40_000, what: 'all are let in' });
    const puts = host.asked('put-records').map(({ records }) => records.map(({ address }) => address));
    expect(Math.max(...puts.map(({ length }) => length))).toBeLessThanOrEqual(MAX_RECORDS);
    expect(puts.length).toBeLessThanOrEqual(4);
    expect(new Set(puts.flat()).size).toBe(HOSTS * EACH);
    await eventually(async () => (await told(id)).length >= HOSTS * EACH, { ...SOON, what: 'all is told' });
    const seen = host.asked('records').length;
    await eventually(() => host.asked('records').length > seen + 1, { ...SOON, what: 'it was read again' });
    const addresses = (await told(id)).map(({ address }) => address);
    expect([addresses.length, new Set(addresses).size]).toEqual([HOSTS * EACH, HOSTS * EACH]);
    const page = (await api.get(`/v1/admissions?network=${id}&limit=500`, AdmissionPage)).body.items;
    expect(page.every((one) => one.controller?.authorized && one.decision?.authorize)).toBe(true);
    expect(page).toHaveLength(HOSTS * EACH);
  }, 120_000);

  const offer = (hostId: HostId) =>
    api.database.query(`INSERT INTO identities (address, host_id) SELECT a, $1 FROM unnest($2::text[]) a`, [
      ...[hostId, Array.from({ length: EACH }, newAddress)],
    ]);

  const told = (network: NetworkId) =>
    api.database.query<{ address: string }[]>(
      `SELECT data ->> 'address' AS address FROM events WHERE type = 'admission.authorized' AND network_id = $1`,
      [network],
    );
});

describe('a node in a network whose records are read', () => {
  it('is authorized again while it is desired after someone deauthorized it on the controller itself, and both are events', async () => {
    const address = newAddress();
    await host.hello([address]);
    const { id } = await create();
    const body = { name: 'demo', networks: [id] };
    await api.ask('POST', `/v1/hosts/${host.name}/containers`, Accepted, { body });
    await eventually(() => host.controller.record(id, address)?.authorized, SOON);
    await eventually(async () => (await told(id)).length === 1, SOON);
    const record = host.controller.record(id, address);
    host.controller.records.get(id)?.set(address, { ...record!, authorized: false });
    await eventually(() => host.controller.record(id, address)?.authorized, {
      ...SOON,
      what: 'it is authorized again',
    });
    await eventually(async () => (await told(id)).length === 3, SOON);
    expect(await told(id)).toEqual([
      { type: 'admission.authorized', by: 'admission: fleet' },
      { type: 'admission.deauthorized', by: 'controller' },
      { type: 'admission.authorized', by: 'admission: fleet' },
    ]);
  }, 60_000);

  const told = (network: NetworkId) =>
    api.database.query<object[]>(
      `SELECT type, data ->> 'by' AS by FROM events WHERE type LIKE 'admission.%' AND network_id = $1 ORDER BY id`,
      [network],
    );
});
