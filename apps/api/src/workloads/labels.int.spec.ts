import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  AdmissionPage,
  CommandPage,
  type Container,
  ContainerPage,
  FindingPage,
  Item,
  MembershipPage,
  Network,
  NetworkMade,
  Status,
  WorkloadPage,
  type NetworkId,
  type ObservedWorkload,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost, newAddress } from '../../../../test/support/controller-host.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';
import { eventually } from '../../../../test/support/servers.js';

/** Graces that a test can wait for. */
const { api } = apiFixture({ ORRERY_LABEL_GRACE: '1s', ORRERY_LABEL_IDENTITY_GRACE: '2s' });
let keeper: ControllerHost;
let host: ReportingHost;
let shop: NetworkId;
let count = 0;
const nameOf = () => `shop-${count}`;

beforeEach(async () => {
  count++;
  keeper = await ControllerHost.join(api, `keeper-${count}`);
  host = await ReportingHost.join(api, `web-${count}`);
  shop = await create({ labels: true });
});
afterEach(async () => {
  await keeper.close();
  await host.close();
});

const create = async (more: object, name = nameOf()) => {
  const config = { pools: [{ start: '10.1.2.1', end: '10.1.2.254' }], routes: [{ target: '10.1.2.0/24', via: null }] };
  const body = { name, controller: keeper.name, config, ...more };
  return (await api.ask('POST', '/v1/networks', NetworkMade, { body })).body.id;
};
const patch = (body: object, network: string = shop) => api.ask('PATCH', `/v1/networks/${network}`, Network, { body });
const workload = (labels: Record<string, string>, more: Partial<ObservedWorkload> = {}): ObservedWorkload => ({
  ...{ workload: 'shop/db/1', name: 'shop-db-1', engineId: 'a'.repeat(64), state: 'running' },
  ...{ startedAt: '2026-11-29T10:00:00.000Z', labelled: true, labels, ...more },
});
const report = (after: ObservedWorkload, at = host) =>
  at.say({ type: 'workload.found', data: { workload: after.workload, after } });
const wear = (labels: Record<string, string> = { 'orrery.network': nameOf() }, at = host) =>
  report(workload(labels), at);
const gone = (name = 'shop/db/1') => host.say({ type: 'workload.removed', data: { workload: name, after: null } });

const containers = async (at = host) => (await api.get(`/v1/containers?host=${at.name}`, ContainerPage)).body.items;
const workloads = async (at = host) => (await api.get(`/v1/workloads?host=${at.name}`, WorkloadPage)).body.items;
const memberships = async () => (await api.get(`/v1/memberships?host=${host.name}`, MembershipPage)).body.items;
const commands = async () => (await api.get(`/v1/commands?host=${host.name}`, CommandPage)).body.items;
const findings = async (at = host) =>
  (await api.get(`/v1/findings?host=${at.name}`, FindingPage)).body.items.filter(({ code }) =>
    code.startsWith('label-'),
  );
const attached = (at = host, more: (container: Container) => boolean = () => true) =>
  eventually(async () => (await containers(at)).find((one) => one.intent === 'present' && more(one)), {
    what: `something is attached on ${at.name}`,
  });
const told = (code: string, at = host) =>
  eventually(async () => (await findings(at)).find((one) => one.code === code), { what: `the finding ${code}` });
/** Resolves when the worker has looked at the host after everything that was said until now. */
const settled = async (at = host) => {
  const name = `probe-${newAddress()}`;
  await report(workload({ 'orrery.network': 'no-such-network' }, { workload: name, name, engineId: name }), at);
  await eventually(
    async () =>
      (await findings(at)).some(({ cause }) => cause.includes(`${name}: there is no network no-such-network`)),
    { what: 'the worker looks' },
  );
  await at.say({ type: 'workload.removed', data: { workload: name, after: null } });
};
/** What the host was last told, by kind. */
const wanted = () =>
  (host.agent.newest?.items ?? []).map((item) => Item.parse(item)).sort((a, b) => (a.kind < b.kind ? -1 : 1));

describe('a label', () => {
  it('attaches its workload with a pre-generated identity, on behalf of the label, and its node is admitted', async () => {
    const address = newAddress();
    await host.offer(address);
    await wear();
    const container = await attached();
    expect(container).toMatchObject({ name: 'shop-db-1', workload: 'shop/db/1', byLabel: true, networks: [shop] });
    expect(await commands()).toMatchObject([{ action: 'launch', by: `label ${host.name}/shop-db-1` }]);
    await eventually(() => keeper.controller.record(shop, address)?.authorized, { what: 'the node is admitted' });
    await eventually(() => wanted().length === 2, { what: 'the host is told' });
    expect(wanted()).toMatchObject([
      { kind: 'attachment', workload: 'shop/db/1', identity: address },
      { kind: 'membership', network: shop, networkName: nameOf() },
    ]);
    expect(await workloads()).toMatchObject([
      {
        workload: 'shop/db/1',
        node: { name: `${host.name}/shop-db-1` },
        byLabel: true,
        networks: [{ id: shop, code: null }],
      },
    ]);
  });

  it('is followed by its ID, too, and every replica of a service gets a node of its own', async () => {
    for (const n of [1, 2, 3])
      await report(
        workload({ 'orrery.network': shop }, { workload: `shop/db/${n}`, name: `shop-db-${n}`, engineId: String(n) }),
      );
    await eventually(async () => (await containers()).length === 3, { what: 'three attachments' });
    expect(new Set((await containers()).map(({ node }) => node.id)).size).toBe(3);
  });

  it('attaches once, however often it is reported', async () => {
    await wear();
    await attached();
    await host.say({
      type: 'workload.started',
      data: { workload: 'shop/db/1', after: workload({ 'orrery.network': nameOf() }) },
    });
    await settled();
    expect(await containers()).toHaveLength(1);
    expect(await commands()).toHaveLength(1);
  });

  it('gives a fixed address, which the controller has before the host is told', async () => {
    const address = newAddress();
    await host.offer(address);
    await wear({ 'orrery.network': nameOf(), [`orrery.networks.${nameOf()}.address`]: '10.1.2.77' });
    await attached();
    await eventually(() => wanted().length === 2, { what: 'the host is told' });
    expect(keeper.controller.record(shop, address)).toMatchObject({ authorized: true, addresses: ['10.1.2.77'] });
  });

  it('gives no address of another node, nor one outside the network', async () => {
    const address = newAddress();
    await host.offer(address);
    await wear({ 'orrery.network': nameOf(), [`orrery.networks.${nameOf()}.address`]: '10.1.2.77' });
    await attached();
    const other = await ReportingHost.join(api, `other-${count}`);
    await wear({ 'orrery.network': nameOf(), [`orrery.networks.${nameOf()}.address`]: '10.1.2.77' }, other);
    expect((await told('label-without-effect', other)).cause).toContain(
      `shop-db-1: the address 10.1.2.77 in ${nameOf()} belongs to ${host.name}/shop-db-1`,
    );
    await wear({ 'orrery.network': nameOf(), [`orrery.networks.${nameOf()}.address`]: '10.9.9.9' }, other);
    await eventually(async () => (await findings(other))[0]?.cause.includes('no route of'), {
      what: 'the other cause',
    });
    expect(await containers(other)).toEqual([]);
    // The control.
    await wear({ 'orrery.network': nameOf(), [`orrery.networks.${nameOf()}.address`]: 'auto' }, other);
    await attached(other);
    await eventually(async () => (await findings(other)).length === 0, { what: 'the finding is cleared' });
    await other.close();
  });

  it('joins a network that it names later, and leaves one that it no longer names after a grace', async () => {
    const lab = await create({ labels: true }, `lab-${count}`);
    await wear();
    await attached();
    await wear({ 'orrery.network': `${nameOf()},lab-${count}` });
    await attached(host, ({ networks }) => networks.length === 2);
    await wear({ 'orrery.network': `lab-${count}` });
    await attached(host, ({ networks }) => networks.length === 1 && networks[0] === lab);
  });
});

describe('both owners must agree', () => {
  it('the network: by default its labels are off, and nothing is attached or admitted', async () => {
    await create({}, `quiet-${count}`);
    await wear({ 'orrery.network': `quiet-${count}` });
    const { cause, fix, network } = await told('label-without-effect');
    expect(cause).toBe(`shop-db-1: the network quiet-${count} does not admit labelled workloads`);
    expect(fix).toContain(`orrery network set quiet-${count} --labels on`);
    expect(network).toMatch(/^[0-9a-f]{16}$/);
    expect(await containers()).toEqual([]);
    expect((await api.get(`/v1/admissions?network=quiet-${count}`, AdmissionPage)).body.items).toEqual([]);
    // The control: the command of the fix.
    await patch({ labels: true }, `quiet-${count}`);
    await attached();
    await eventually(async () => (await findings()).length === 0, { what: 'the finding is cleared' });
  });

  it('the network, again: switched off, it loses the workloads that are in by a label, and no others', async () => {
    const address = newAddress();
    await api.ask('POST', `/v1/hosts/${host.name}/attachments`, Accepted, {
      body: { workload: 'proxy', networks: [shop] },
    });
    await host.offer(address);
    await wear();
    await attached(host, ({ name }) => name === 'shop-db-1');
    await patch({ labels: false });
    await eventually(async () => (await containers()).find(({ name }) => name === 'shop-db-1')?.intent === 'absent', {
      what: 'the attachment is removed',
    });
    expect((await containers()).find(({ name }) => name === 'proxy')?.intent).toBe('present');
    await eventually(() => keeper.controller.record(shop, address)?.authorized !== true, {
      what: 'it is deauthorized',
    });
    await patch({ labels: true });
    await attached(host, ({ name }) => name === 'shop-db-1');
  });

  it('the host: with workloads none, its agent says so, and nothing is attached', async () => {
    const denied = {
      code: 'policy-denied' as const,
      cause: 'nothing may be attached to containers of this host',
      fix: 'Ask.',
    };
    await report(workload({ 'orrery.network': nameOf() }, { denied }));
    expect((await told('label-without-effect')).cause).toContain('nothing may be attached');
    expect(await containers()).toEqual([]);
    await wear();
    await attached();
  });

  it('a host can claim only for itself: its own node, under its own policy of admission', async () => {
    await patch({ admission: { by: 'selector', selector: 'site=cloud' } });
    const victim = await ReportingHost.join(api, `victim-${count}`);
    const [own, forged] = [newAddress(), newAddress()];
    await victim.offer(own);
    await wear({ 'orrery.network': nameOf() }, victim);
    const theirs = await attached(victim);
    await host.offer(forged);
    // The same workload, and every word about the other host that a fact has room for.
    await host.say({
      type: 'workload.found',
      data: { workload: 'shop/db/1', after: workload({ 'orrery.network': nameOf() }) },
    });
    const ours = await attached();
    expect(ours.node.id).not.toBe(theirs.node.id);
    expect((await attached(victim)).version).toBe(theirs.version);
    await settled();
    expect(keeper.controller.record(shop, forged)?.authorized ?? false).toBe(false);
    // The control: a host that the policy admits.
    await api.database.query(`UPDATE hosts SET labels = '{"site":"cloud"}' WHERE id = $1`, [victim.id]);
    await patch({ admission: { by: 'selector', selector: 'site=cloud' } });
    await eventually(() => keeper.controller.record(shop, own)?.authorized, { what: 'the other host is admitted' });
    expect(keeper.controller.record(shop, forged)?.authorized ?? false).toBe(false);
    await victim.close();
  });
});

describe('findings about labels', () => {
  it('name the label that was probably meant, and what contradicts', async () => {
    await wear({ 'orrery.netwrok': nameOf() });
    expect(await told('label-unknown')).toMatchObject({
      cause: 'shop-db-1: there is no label orrery.netwrok',
      fix: 'Use orrery.network instead, and recreate the container.',
    });
    await wear({ 'orrery.network': nameOf(), 'orrery.networks.lab.address': '10.1.2.3' });
    expect((await told('label-conflict')).cause).toContain('orrery.network does not name lab');
    await eventually(async () => (await findings()).every(({ code }) => code !== 'label-unknown'), {
      what: 'the first is cleared',
    });
    await gone();
    await eventually(async () => (await findings()).length === 0, { what: 'all are cleared' });
  });
});

describe('a workload that is gone', () => {
  it('keeps its membership for a grace and its identity for a longer one', async () => {
    const address = newAddress();
    await host.offer(address);
    await wear();
    const { node } = await attached();
    await gone();
    await attached(host, ({ networks }) => networks.length === 0);
    await eventually(() => keeper.controller.record(shop, address)?.authorized === false, {
      what: 'it is deauthorized',
    });
    // It comes back with the same node, and so with the same identity.
    await wear();
    const back = await attached(host, ({ networks }) => networks.length === 1);
    expect(back.node.id).toBe(node.id);
    await eventually(() => keeper.controller.record(shop, address)?.authorized, { what: 'it is admitted again' });
    await gone();
    await eventually(async () => (await containers())[0]?.intent === 'absent', { what: 'the attachment is removed' });
  });

  it('is no trouble in the status meanwhile, but counted', async () => {
    await wear();
    const { item } = await attached();
    await eventually(() => wanted().length === 2, { what: 'the host is told' });
    const revision = wanted().find(({ id }) => id === item)?.revision ?? 0;
    const outcome = { kind: 'waiting' as const, code: 'workload' as const, cause: 'not there', fix: 'start it' };
    const { attachments: before = { waiting: 0, memberships: 0 } } = (await api.get('/v1/status', Status)).body;
    await host.say({ type: 'item.settled', data: { item, revision, outcome } });
    const { attention, attachments } = (await api.get('/v1/status', Status)).body;
    expect(attachments).toEqual({ waiting: before.waiting + 1, memberships: before.memberships });
    expect(attention.filter(({ what }) => what.includes(host.name) && what.includes('workload'))).toEqual([]);
  });
});

describe('people and labels', () => {
  const at = (rest = '') => `/v1/hosts/${host.name}/attachments${rest}`;

  it('cannot remove what a label would attach again, and are told how', async () => {
    await wear();
    await attached();
    const { fix } = await api.refused('DELETE', at('/shop-db-1'), 'attached-by-label');
    expect(fix).toContain('Remove the label orrery.network from shop/db/1');
    await api.refused('DELETE', `/v1/hosts/${host.name}/containers/shop-db-1`, 'attached-by-label');
    await api.refused('DELETE', `/v1/nodes/${host.name}.shop-db-1/networks/${shop}`, 'attached-by-label');
    // The control: what nothing asks for any more.
    await gone();
    await eventually(async () => (await api.raw('DELETE', at('/shop-db-1'))).status === 202, {
      what: 'it can be removed',
    });
  });

  it('take over what they ask for themselves', async () => {
    await wear();
    await attached();
    await api.ask('POST', at(), Accepted, { body: { workload: 'shop/db/1', networks: [shop] } });
    await gone();
    await settled();
    expect(await containers()).toMatchObject([{ byLabel: false, networks: [shop], intent: 'present' }]);
    expect(await memberships()).toHaveLength(1);
  });

  it('rename a network: the host is told its name anew, and a label with the old one ends', async () => {
    await wear();
    await attached();
    await eventually(() => wanted().length === 2, { what: 'the host is told' });
    await patch({ name: `renamed-${count}` });
    await eventually(
      () => wanted().some((item) => item.kind === 'membership' && item.networkName === `renamed-${count}`),
      {
        what: 'the host is told the new name',
      },
    );
    await attached(host, ({ networks }) => networks.length === 0);
  });
});
