import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  CommandPage,
  JoinReply,
  KeptRoute,
  Network,
  NetworkMade,
  type AgentFact,
  type Call,
  type Command,
  type Outcome,
  type Stage,
} from '@orrery/shared/contracts';
import type { Page, Request } from 'playwright-core';
import { apiFixture } from '../support/api-fixture.js';
import { ControllerHost, newAddress } from '../support/controller-host.js';
import { eventually } from '../support/eventually.js';
import { FakeController } from '../support/fake-controller.js';
import { joinBody, newInstallation } from '../support/joined-host.js';
import { LAN, LAN_PATH, POOL, RoutedNetwork } from '../support/routed-network.js';
import { ReportingHost } from '../support/reporting-host.js';
import { aMembership, membershipFact } from '../support/reports.js';
import { violations } from './support/axe.js';
import { picture, tokenOf, Visitors, type Visit } from './support/dashboard.js';
import { lookAt } from './support/fleet.js';

const WAITS: Outcome = { kind: 'waiting', code: 'authorization', cause: 'not authorized', fix: 'Authorize it.' };
const HOSTILE = '<img src=x onerror=window.__ran=1>$(reboot)';

const { api, closing } = apiFixture({
  ORRERY_HEARTBEAT_SECONDS: '1',
  ORRERY_PUBLIC_URL: 'http://orrery.test:7070',
});
const visitors = new Visitors(api);
let host: ReportingHost;

beforeAll(async () => {
  host = closing(await ReportingHost.join(api, 'web-1'));
  await host.say(lookAt(host.node, '89e92ceee1', []));
  await host.beats();
}, 90_000);

const newest = async (): Promise<Command> => {
  const [command] = (await api.get('/v1/commands?host=web-1&limit=1', CommandPage)).body.items;
  if (!command) throw new Error('no command');
  return command;
};
const goesOn = async ({ items, revision }: Command, ...stages: [Stage, string][]) => {
  const item = items[0]?.item;
  if (!item) throw new TypeError('a command without an item');
  for (const [stage, detail] of stages)
    await host.say({ type: 'item.progress', data: { item, revision, stage, detail } });
};
const settles = async ({ items, revision }: Command, outcome: Outcome = { kind: 'done' }) => {
  for (const { item } of items) await host.say({ type: 'item.settled', data: { item, revision, outcome } });
};
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
/** No fault that axe knows, light and dark, and on a phone nothing wider than the screen. */
async function isFit(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect({ name, colorScheme, found: await violations(page, 'dialog') }).toEqual({ name, colorScheme, found: [] });
    await picture(page, `${name}-${colorScheme}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  const isWide = (): Promise<boolean> =>
    page.evaluate(
      '[document.documentElement, ...document.querySelectorAll("dialog, dialog > div")].some((one) => one.scrollWidth > 390)',
    );
  expect({ name, isWide: await isWide() }).toEqual({ name, isWide: false });
  await picture(page, `${name}-phone`);
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe('somebody with one host and no controller can', () => {
  it('create the first network: its controller is launched and followed, and the dialog stays until the end', async () => {
    const controller = new FakeController(newAddress());
    host.agent.answer = (call) => controller.answer(call);
    const { page, trouble } = await visitors.enter('/');
    await button(page, 'Create a network…').click();
    await dialog(page).getByLabel('Name', { exact: true }).fill('first');
    await dialog(page).getByText('orrery network create first --on web-1 --wait').waitFor();
    await button(page, 'Create').click();
    await dialog(page).getByText('controller is being launched on web-1').waitFor();
    const command = await newest();
    await host.shows(controller.address, command.node ?? host.node);
    await goesOn(command, ['created', 'orrery-controller'], ['started', '']);
    // What runs now makes the offer of the overview end, but not what somebody opened from it.
    await page.getByRole('link', { name: /^1 container/ }).waitFor();
    await dialog(page).getByText('zerotier-one is starting').waitFor();
    await goesOn(command, ['daemon', controller.address]);
    await settles(command);
    await dialog(page).getByText('first is on its controller').waitFor();
    await picture(page, 'act-network-first');
    expect([...controller.networks.values()].map(({ name }) => name)).toEqual(['first']);
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText('Nothing was launched yet').waitFor({ state: 'detached' });
    expect(trouble).toEqual([]);
  }, 60_000);

  it('remove a network once its name is typed', async () => {
    const { page, trouble } = await visitors.enter('/networks/first');
    await button(page, 'Remove…').click();
    await dialog(page).getByText('orrery network rm first').waitFor();
    expect(await button(page, 'Remove').isDisabled()).toBe(true);
    await dialog(page).getByLabel('Type first to remove it', { exact: true }).fill('first');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('first is gone').waitFor();
    await api.raw('DELETE', '/v1/controllers/web-1?confirm=web-1');
    expect(trouble).toEqual([]);
  }, 60_000);
});

describe('somebody at the dashboard can', () => {
  let keeper: ControllerHost;
  /** An operator, whose page stays open. */
  let anna: Visit;
  const ids = { lab: '', shop: '' };

  beforeAll(async () => {
    keeper = closing(await ControllerHost.join(api, 'keeper'));
    const make = async (name: string, by: string) => {
      const body = { name, controller: keeper.name, admission: { by } };
      return (await api.ask('POST', '/v1/networks', NetworkMade, { body })).body.id;
    };
    ids.lab = await make('lab', 'fleet');
    ids.shop = await make('shop', 'manual');
    anna = await visitors.enter('/', (await tokenOf(api, 'anna', 'operator')).secret);
  }, 90_000);

  const at = async (path: string): Promise<Visit> => {
    await anna.page.goto(new URL(path, api.url).href);
    return anna;
  };
  const launch = async (name: string, network: string) => {
    const body = { name, networks: [network] };
    return (await api.ask('POST', '/v1/hosts/web-1/containers', Accepted, { body })).body.command;
  };

  it('launch a container and see each stage as it is observed, until it is done', async () => {
    const { page, trouble } = await at('/hosts/web-1');
    await button(page, 'Launch…').click();
    await dialog(page).getByLabel('Name', { exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('INPUT');
    await dialog(page).getByLabel('Name', { exact: true }).fill('cache');
    await dialog(page).getByLabel('Network', { exact: true }).selectOption(ids.lab);
    await dialog(page).getByText('orrery launch cache --host web-1 --network lab --wait').waitFor();
    await isFit(page, 'act-launch-form');
    const sent: Request[] = [];
    page.on('request', (request) => void (request.method() === 'POST' && sent.push(request)));
    await button(page, 'Launch').dblclick();
    await dialog(page).getByText('cache is being launched on web-1').waitFor();
    expect(sent.map((one) => one.headers()['idempotency-key'])).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    await dialog(page).getByText('You can leave this page; the launch continues.').waitFor();
    const command = await newest();
    await goesOn(command, ['created', 'orrery-cache'], ['started', '']);
    await dialog(page).getByText('zerotier-one is starting').waitFor();
    await isFit(page, 'act-launch-goes-on');
    await goesOn(command, ['daemon', '4af73301ef'], ['joined', ids.lab], ['address', '10.7.0.20/24']);
    await settles(command);
    await dialog(page).getByText('cache runs on web-1 and is in lab as 10.7.0.20').waitFor();
    expect(
      await dialog(page)
        .getByRole('listitem')
        .filter({ hasText: /^joined/ })
        .textContent(),
    ).toMatch(/lab.*\d s$/);
    await picture(page, 'act-launch-done');
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Launch…');
    expect(trouble).toEqual([]);
  }, 60_000);

  it('see why a launch waits, and authorize it right there, unless somebody decided meanwhile', async () => {
    const { page } = await at(`/networks/${ids.shop}`);
    await button(page, 'Launch…').click();
    await dialog(page).getByLabel('Name', { exact: true }).fill('media');
    await button(page, 'Launch').click();
    await dialog(page).getByText('media is being launched on web-1').waitFor();
    const command = await newest();
    const node = command.node ?? host.node;
    await host.shows('89e92ceee2', node);
    keeper.controller.showUp(ids.shop, '89e92ceee2');
    const joined = aMembership({ network: ids.shop, name: 'shop', status: 'ACCESS_DENIED', addresses: [] });
    await host.say(membershipFact('authorization.requested', node, joined));
    await goesOn(command, ['joined', ids.shop], ['authorization', ids.shop]);
    await settles(command, WAITS);
    await dialog(page).getByText('media waits for a person').waitFor();
    await isFit(page, 'act-launch-waits');
    const authorize = dialog(page).getByRole('button', { name: 'Authorize', exact: true });
    const looked = page.waitForResponse((response) => response.url().includes('/admissions/'));
    await authorize.hover();
    await (await looked).finished();
    const token = (await tokenOf(api, 'cora', 'operator')).secret;
    const body = { verdict: 'deny' };
    await api.ask('PUT', `/v1/networks/${ids.shop}/admissions/web-1%2Fmedia`, Admission, { token, body });
    await authorize.click();
    await dialog(page).getByText('cora changed it').waitFor();
    await button(page, 'See what is there now').click();
    await authorize.click();
    const isAuthorized = () => keeper.controller.record(ids.shop, '89e92ceee2')?.authorized === true;
    await eventually(isAuthorized, { within: 10_000, what: 'its controller has let it in' });
    await settles(command);
    await dialog(page).getByText('media runs on web-1').waitFor();
  }, 60_000);

  it('authorize and deny many nodes at once, each as its controller says so, and not over what somebody else decided', async () => {
    const commands = [await launch('one', 'shop'), await launch('two', 'shop')];
    for (const [at, command] of commands.entries()) {
      const address = `89e92ceef${at}`;
      const node = command.node ?? host.node;
      await host.shows(address, node);
      keeper.controller.showUp(ids.shop, address);
      const asks = aMembership({ network: ids.shop, name: 'shop', status: 'ACCESS_DENIED', addresses: [] });
      await host.say(membershipFact('authorization.requested', node, asks));
      await settles(command, WAITS);
    }
    // All that wait, though the list shows none of them.
    const { page, trouble } = await at('/memberships?q=cache');
    await page.getByText('One matches').waitFor();
    await button(page, 'Choose all two that wait').click();
    await page.getByText('2 chosen').waitFor();
    await page.getByRole('searchbox').fill('');
    const one = page.getByRole('checkbox', { name: 'Choose web-1/one in shop' });
    await one.waitFor();
    expect(await one.isChecked()).toBe(true);
    await picture(page, 'act-memberships-chosen');
    await button(page, 'Authorize…').click();
    await dialog(page).getByText('for node in web-1/one web-1/two; do').waitFor();
    await dialog(page).getByText('Until somebody denies it').click();
    await isFit(page, 'act-authorize-many');
    const body = { verdict: 'deny' };
    const token = (await tokenOf(api, 'dora', 'operator')).secret;
    await api.ask('PUT', `/v1/networks/${ids.shop}/admissions/web-1%2Ftwo`, Admission, { token, body });
    await page.keyboard.press('Enter');
    await dialog(page).getByText('1 of 2 authorized; 1 refused').waitFor();
    await dialog(page).getByText('dora changed it').waitFor();
    await isFit(page, 'act-authorize-many-changed');
    await button(page, 'See what is there now').click();
    await dialog(page).getByText('denied by dora').waitFor();
    await button(page, 'Authorize').click();
    await dialog(page).getByText('1 of 1 authorized').waitFor();
    await picture(page, 'act-authorize-many-done');
    await page.keyboard.press('Escape');
    for (const name of ['one', 'two']) await page.getByLabel(`Choose web-1/${name} in shop`).check();
    await button(page, 'Deny…').click();
    await isFit(page, 'act-deny-many');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('2 of 2 denied').waitFor();
    expect(keeper.controller.record(ids.shop, '89e92ceef0')?.authorized).toBe(false);
    expect(trouble).toEqual([]);
  }, 60_000);

  it('remove a container once its name is typed, unless somebody changed it meanwhile', async () => {
    await launch('old', 'lab');
    const { page, trouble } = await at('/nodes/web-1%2Fold');
    await button(page, 'Remove…').click();
    await dialog(page).getByText('orrery rm web-1/old --wait').waitFor();
    expect(await button(page, 'Remove').isDisabled()).toBe(true);
    await dialog(page).getByLabel('Type old to remove it', { exact: true }).fill('ol');
    expect(await button(page, 'Remove').isDisabled()).toBe(true);
    const token = (await tokenOf(api, 'ben', 'operator')).secret;
    const body = { networks: ['shop'] };
    await (await api.raw('PUT', '/v1/hosts/web-1/containers/old', { token, body })).text();
    await dialog(page).getByLabel('Type old to remove it', { exact: true }).fill('old');
    await button(page, 'Remove').click();
    await dialog(page).getByText('ben changed it').waitFor();
    await isFit(page, 'act-remove-changed');
    await button(page, 'See what is there now').click();
    await button(page, 'Remove').click();
    await dialog(page).getByText('old is being removed from web-1').waitFor();
    await settles(await newest());
    await dialog(page).getByText('old was removed from web-1').waitFor();
    await button(page, 'Close').click();
    const ended = (name: RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
    await ended(/^web-1\/old was removed by anna at \d\d:\d\d:\d\d$/);
    expect(await button(page, 'Join…').count()).toBe(0);
    await picture(page, 'gone-node');
    expect(trouble).toEqual([]);
  }, 60_000);

  it('remove a network, and see that it is gone, by its name, and what of it stays', async () => {
    const made = { name: 'brief', controller: keeper.name, admission: { by: 'manual' } };
    const { id } = (await api.ask('POST', '/v1/networks', NetworkMade, { body: made })).body;
    const { page, trouble } = await at(`/networks/${id}`);
    await page
      .getByRole('heading', { level: 1, name: 'brief is on its controller keeper, and no node is in it' })
      .waitFor();
    await button(page, 'Remove…').click();
    await dialog(page).getByLabel('Type brief to remove it', { exact: true }).fill('brief');
    await button(page, 'Remove').click();
    await dialog(page).getByText('brief is gone').waitFor();
    await dialog(page).getByText('stays, with its container if it has one').waitFor();
    await picture(page, 'act-network-gone');
    await button(page, 'Done').click();
    await page.getByRole('heading', { level: 1, name: /^brief was removed by anna at \d\d:\d\d:\d\d$/ }).waitFor();
    await page.getByText('brief was deleted').waitFor();
    expect([await button(page, 'Launch…').count(), await button(page, 'Remove…').count()]).toEqual([0, 0]);
    await picture(page, 'gone-network');
    expect(trouble).toEqual([]);
  }, 60_000);

  it('see what the API refuses with its fix, and hostile names only ever as text', async () => {
    const { page, trouble } = await at('/containers');
    await launch('taken', 'lab');
    await button(page, 'Launch…').click();
    await dialog(page).getByLabel('Name', { exact: true }).fill(HOSTILE);
    await dialog(page).getByLabel('Host', { exact: true }).selectOption('web-1');
    await dialog(page).getByLabel('Network', { exact: true }).selectOption(ids.shop);
    await dialog(page).getByText(`orrery launch '${HOSTILE}' --host web-1`).waitFor();
    await button(page, 'Launch').click();
    await dialog(page).getByRole('alert').getByText('must be 1 to 63 characters').waitFor();
    await dialog(page).getByLabel('Name', { exact: true }).fill('taken');
    await button(page, 'Launch').click();
    await dialog(page).getByRole('alert').getByText('container-differs').waitFor();
    await isFit(page, 'act-refused');
    expect(await page.evaluate('window.__ran')).toBeUndefined();
    expect(trouble).toEqual([]);
  }, 60_000);

  it('join the node of a host to a network, follow that on the page of the command, come back to it, and leave', async () => {
    const { page } = await at('/hosts/web-1');
    await button(page, 'Join…').click();
    await dialog(page).getByLabel('Network', { exact: true }).selectOption(ids.lab);
    await button(page, 'Join').click();
    await dialog(page).getByText('web-1 is joining lab').waitFor();
    const command = await newest();
    await dialog(page).getByRole('link', { name: 'Open the command' }).click();
    const stages = page.getByRole('list', { name: 'Stages' });
    await goesOn(command, ['joined', ids.lab]);
    await stages.getByText('waiting to see it').waitFor();
    await stages
      .getByRole('listitem')
      .filter({ hasText: /^joined/ })
      .getByText('lab')
      .waitFor();
    await at('/commands');
    await goesOn(command, ['address', '10.7.0.30/24']);
    await page
      .getByRole('link', { name: /join web-1/ })
      .first()
      .click();
    await stages.getByText('10.7.0.30/24').waitFor();
    await settles(command);
    await page.getByText('waiting to see it').waitFor({ state: 'detached' });
    await at(`/memberships/web-1/${ids.lab}`);
    await button(page, 'Leave…').click();
    await button(page, 'Leave').click();
    await dialog(page).getByText('web-1 is leaving lab').waitFor();
    await settles(await newest());
    await dialog(page).getByText('web-1 left lab').waitFor();
  }, 60_000);

  it('create a network, and see when its controller has it', async () => {
    const { page } = await at('/networks');
    await button(page, 'Create a network…').click();
    await dialog(page).getByLabel('Name', { exact: true }).fill('guests');
    await dialog(page).getByText('Nobody by itself').click();
    await dialog(page).getByText('orrery network create guests --admit manual --wait').waitFor();
    await isFit(page, 'act-network');
    await button(page, 'Create').click();
    await dialog(page).getByText('guests is on its controller').waitFor();
    await isFit(page, 'act-network-made');
    expect([...keeper.controller.networks.values()].map(({ name }) => name)).toContain('guests');
    await dialog(page).getByRole('link', { name: 'Open guests' }).click();
    await button(page, 'Change…').click();
    await dialog(page).getByText('Hosts with these labels').click();
    await dialog(page).getByLabel('Labels', { exact: true }).fill('site=cloud');
    await dialog(page).getByText('orrery network set guests --admit site=cloud').waitFor();
    await isFit(page, 'act-network-change');
    const token = (await tokenOf(api, 'emil', 'operator')).secret;
    await api.ask('PATCH', '/v1/networks/guests', Network, { token, body: { admission: { by: 'fleet' } } });
    await dialog(page).getByLabel('Labels', { exact: true }).press('Enter');
    await dialog(page).getByText('emil changed it').waitFor();
    await button(page, 'See what is there now').click();
    expect(await dialog(page).getByLabel('The fleet').isChecked()).toBe(true);
    await dialog(page).getByText('Hosts with these labels').click();
    await dialog(page).getByLabel('Labels', { exact: true }).fill('site=cloud');
    await button(page, 'Change').click();
    await dialog(page).getByText('guests is as asked').waitFor();
    const { admission } = (await api.get('/v1/networks/guests', Network)).body;
    expect(admission).toMatchObject({ by: 'selector', selector: 'site=cloud' });
  }, 60_000);

  it('attach a container that somebody runs, and detach it, but not what a label attaches', async () => {
    const found = (workload: string, engineId: string): AgentFact => {
      const labels = { 'orrery.network': 'lab' };
      const after = {
        ...{ workload, name: workload.replaceAll('/', '-'), engineId, state: 'running' as const },
        ...{ startedAt: '2026-11-29T10:00:00.000Z', labelled: true, labels },
      };
      return { type: 'workload.found', data: { workload, after } };
    };
    await host.say(found('shop/db/1', 'a'.repeat(64)));
    const steps = [{ step: 'create-container', target: 'shop-db-1', detail: 'create the container orrery-shop-db-1' }];
    // What it would do without the attachment, it would do anyway.
    const isAbout = (call: Call) => JSON.stringify(call).includes('shop-db-1');
    host.agent.answer = (call) => ({ result: 'ok', value: { steps: isAbout(call) ? steps : [] } });
    const { page, trouble } = await at('/workloads');
    await page
      .getByRole('row', { name: /shop\/db\/1/ })
      .getByRole('button', { name: 'Attach shop/db/1…' })
      .click();
    await dialog(page).getByLabel('Network', { exact: true }).selectOption(ids.lab);
    await dialog(page).getByText('orrery attach web-1 shop/db/1 --network lab --wait').waitFor();
    await isFit(page, 'act-attach-form');
    await button(page, 'See what it does').click();
    await dialog(page).getByText('web-1: create the container orrery-shop-db-1').waitFor();
    await isFit(page, 'act-attach-plan');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('shop-db-1 is being launched on web-1').waitFor();
    await settles(await newest());
    await dialog(page).getByText('shop-db-1 runs on web-1 and is in lab').waitFor();
    await at('/containers/web-1.shop-db-1');
    await button(page, 'Detach…').click();
    await dialog(page).getByText('shop/db/1 keeps running').waitFor();
    await dialog(page).getByText('orrery detach web-1/shop-db-1 --wait').waitFor();
    await dialog(page).getByLabel('Type shop-db-1 to detach it', { exact: true }).fill('shop-db-1');
    await isFit(page, 'act-detach');
    await button(page, 'Detach').click();
    await dialog(page).getByText('shop-db-1 is being removed from web-1').waitFor();
    await settles(await newest());
    await at(`/networks/${ids.lab}`);
    await button(page, 'Change…').click();
    await dialog(page).getByText('Is attached').click();
    await dialog(page).getByText('orrery network set lab --labels on').waitFor();
    await button(page, 'Change').click();
    await dialog(page).getByText('lab is as asked').waitFor();
    await host.say(found('shop/web/1', 'b'.repeat(64)));
    await eventually(async () => (await api.raw('GET', '/v1/hosts/web-1/containers/shop-web-1')).status === 200);
    await at('/containers/web-1.shop-web-1');
    await page.getByText('The label of shop/web/1 attaches it.').waitFor();
    await picture(page, 'attached-by-label');
    expect(await button(page, 'Detach…').count()).toBe(0);
    await api.ask('PATCH', `/v1/networks/${ids.lab}`, Network, { body: { labels: false } });
    expect(trouble).toEqual([]);
  }, 60_000);

  it('bring a LAN into a network: see first what it does, then each stage, switch it, and remove it', async () => {
    const lan = closing(await RoutedNetwork.make(api, keeper, 2));
    await Promise.all([lan.one.beats(), lan.two.beats()]);
    const { id } = lan.network;
    const name = String(lan.network.name);
    // Its own daemon accepts only what its agent looked at.
    await api.ask('PUT', `/v1/nodes/web-1/networks/${id}`, Accepted, { body: {} });
    const after = aMembership({ network: id, name, allowManagedList: [POOL] });
    await host.say({ type: 'network.joined', data: { node: host.node, network: id, after } });
    const steps = [
      { step: 'create-container', target: `${name}-router`, detail: `create the container ${name}-router` },
    ];
    lan.one.agent.answer = () => ({ result: 'ok', value: { steps } });
    const { page, trouble } = await at('/routes');
    await button(page, 'Add a route…').click();
    await dialog(page).getByLabel('Prefix', { exact: true }).fill('192.168.10.1/24');
    await dialog(page).getByLabel('Network', { exact: true }).selectOption(id);
    await dialog(page).getByLabel('Carried by', { exact: true }).selectOption(lan.one.name);
    await button(page, 'See what it does').click();
    await dialog(page).getByRole('alert').getByText('prefix-refused').waitFor();
    expect(await page.evaluate('document.activeElement?.role ?? document.activeElement?.getAttribute("role")')).toBe(
      'alert',
    );
    await dialog(page).getByLabel('Prefix', { exact: true }).fill(LAN);
    await button(page, 'Add a standby').click();
    expect(await dialog(page).getByLabel('Standby', { exact: true }).locator(`[value=${lan.one.name}]`).count()).toBe(
      0,
    );
    await dialog(page).getByLabel('Standby', { exact: true }).selectOption(lan.two.name);
    const line = `orrery route add ${LAN} --network ${name} --via ${lan.one.name} --via ${lan.two.name} --wait`;
    await dialog(page).getByText(line).waitFor();
    await isFit(page, 'act-route-form');
    await dialog(page).getByLabel('Prefix', { exact: true }).press('Enter');
    await dialog(page).getByText('web-1 joins the network again: connections there break once').waitFor();
    await dialog(page).getByText(`${lan.one.name}: create the container ${name}-router`).waitFor();
    expect(await lan.targets()).toEqual([]);
    await isFit(page, 'act-route-plan');
    await button(page, 'Add the route').click();
    await dialog(page).getByText(`waiting for the address of ${lan.one.name} and ${lan.two.name}`).waitFor();
    const { items: commands } = (await api.get('/v1/commands?limit=2', CommandPage)).body;
    const commandOf = (of: ReportingHost) => commands.find((one) => one.host.name === of.name) as Command;
    await lan.works(lan.one, commandOf(lan.one), '10.182.44.7/24');
    await dialog(page).getByText(`waiting for the address of ${lan.two.name}`).waitFor();
    await isFit(page, 'act-route-goes-on');
    await lan.works(lan.two, commandOf(lan.two), '10.182.44.8/24');
    await dialog(page).getByText(`${LAN} via 10.182.44.7`).waitFor();
    await dialog(page).getByText(`${lan.one.name}/${name}-router carries ${LAN} into ${name}`).waitFor();
    await picture(page, 'act-route-works');
    await dialog(page).getByRole('link', { name: 'Open the route' }).click();
    await button(page, 'Switch…').click();
    await dialog(page)
      .getByText(`orrery route set ${LAN} --network ${name} --via ${lan.two.name}/${name}-router`)
      .waitFor();
    await isFit(page, 'act-route-switch');
    // Somebody else switches it there and back meanwhile.
    const token = (await tokenOf(api, 'cleo', 'operator')).secret;
    for (const router of [lan.two.name, lan.one.name])
      await api.ask('PATCH', lan.at(LAN_PATH), KeptRoute, { token, body: { router } });
    await button(page, 'Switch').click();
    await dialog(page).getByText('cleo changed it').waitFor();
    await button(page, 'See what is there now').click();
    await button(page, 'Switch').click();
    await dialog(page).getByText(`${lan.two.name}/${name}-router carries ${LAN} into ${name}`).waitFor();
    expect((await lan.get()).router).toBe(`${lan.two.name}/${name}-router`);
    await page.keyboard.press('Escape');
    await button(page, 'Remove…').click();
    await dialog(page).getByLabel(`Type ${LAN} to remove it`, { exact: true }).fill(LAN);
    await isFit(page, 'act-route-remove');
    await button(page, 'Remove').click();
    await dialog(page).getByText(`${LAN} is announced in ${name} no longer`).waitFor();
    expect(await lan.targets()).toEqual([]);
    expect(trouble).toEqual([]);
  }, 60_000);

  it('add a host: copy the line to paste, see the host arrive until it is online, and remove it', async () => {
    const { page, trouble } = await visitors.enter('/hosts');
    await button(page, 'Add a host…').click();
    await dialog(page).getByLabel('Name of the host', { exact: true }).fill('edge-1');
    await dialog(page).getByLabel('Labels', { exact: true }).fill('site=edge');
    await button(page, 'Make the line').click();
    await dialog(page).getByText('the line was not pasted yet').waitFor();
    await isFit(page, 'act-host-add');
    const line = await dialog(page).getByText('install.sh').first().textContent();
    const token = /orrery_token=([\w.-]+)/.exec(line ?? '')?.[1] ?? '';
    const more = { name: 'edge-1', agentVersion: 'test', installation: newInstallation() };
    const joined = (await api.ask('POST', '/v1/join', JoinReply, { body: await joinBody(api, more), token })).body;
    await dialog(page).getByText('as edge-1').waitFor();
    const edge = closing(await ReportingHost.of(api, joined));
    await edge.beats();
    await dialog(page).getByText('agent test').waitFor();
    await edge.say(lookAt(edge.node, '89e92ceee9', []));
    await dialog(page).getByText('Docker 27.1').waitFor();
    await isFit(page, 'act-host-arrived');
    await dialog(page).getByRole('link', { name: 'Open edge-1' }).click();
    await api.ask('PUT', `/v1/nodes/edge-1/networks/${ids.lab}`, Accepted, { body: {} });
    await button(page, 'Remove…').click();
    await dialog(page).getByLabel('Type edge-1 to remove it', { exact: true }).fill('edge-1');
    await button(page, 'Remove').click();
    await dialog(page).getByRole('alert').getByText('host-not-empty').waitFor();
    await dialog(page)
      .getByText(/^edge-1 still has 0 managed containers/)
      .waitFor();
    await dialog(page)
      .getByLabel(/^Remove it anyway: .+ stay there, unmanaged$/)
      .check();
    await dialog(page).getByText('orrery host rm edge-1 --force').last().waitFor();
    await isFit(page, 'act-host-remove');
    await button(page, 'Remove').click();
    await dialog(page).getByText('edge-1 was removed').waitFor();
    expect((await api.raw('GET', '/v1/hosts/edge-1')).status).toBe(404);
    expect(trouble).toEqual([]);
  }, 60_000);

  it('let the doctor look at a host, and probe from a node, line by line', async () => {
    const found = { code: 'udp-blocked', result: 'found', severity: 'warning', node: null, network: null };
    const checks = [{ ...found, cause: 'UDP 9993 does not get out', fix: 'Allow outbound UDP 9993.' }];
    const report = { checkedAt: new Date().toISOString(), tookMs: 410, checks };
    host.agent.answer = ({ op }) => ({ result: 'ok', value: op.op === 'probe' ? { probe: op.probe } : report });
    const { page, trouble } = await at('/hosts/web-1');
    await button(page, 'Doctor…').click();
    await dialog(page).getByText('One thing was found on web-1').waitFor();
    await dialog(page).getByText('UDP 9993 does not get out').waitFor();
    await isFit(page, 'act-doctor');
    await at('/nodes/web-1');
    await button(page, 'Probe…').click();
    await dialog(page).getByLabel('Address or name', { exact: true }).fill('10.7.0.20');
    await dialog(page).getByText('orrery probe web-1 --ping 10.7.0.20').waitFor();
    await button(page, 'Probe').click();
    await dialog(page).getByText('web-1 is trying 10.7.0.20').waitFor();
    const [probe] = host.agent.calls.flatMap(({ op }) => (op.op === 'probe' ? [op.probe] : []));
    if (!probe) throw new TypeError('no probe');
    const about = { node: host.node, probe };
    const ping = { sent: 4, received: 4, minMs: 0.5, averageMs: 1, maxMs: 1.5 };
    const result = { code: 'reached' as const, cause: '', fix: '', address: '10.7.0.20', ms: 3000, ping };
    await host.say({ type: 'probe.progress', data: { ...about, detail: 'seq 1  0.512 ms' } });
    await dialog(page).getByText('seq 1 0.512 ms').waitFor();
    await host.say({ type: 'probe.finished', data: { ...about, target: '10.7.0.20', result } });
    await dialog(page).getByText('web-1 reaches 10.7.0.20: 4 of 4 answered').waitFor();
    await isFit(page, 'act-probe');
    expect(trouble).toEqual([]);
  }, 60_000);

  it('restart a container, and pause and resume a host', async () => {
    await launch('again', 'lab');
    const { page } = await at('/nodes/web-1%2Fagain');
    await button(page, 'Restart…').click();
    await button(page, 'Restart').click();
    await dialog(page).getByText('again on web-1 is being restarted').waitFor();
    await at('/hosts/web-1');
    await button(page, 'Pause…').click();
    await button(page, 'Pause').click();
    await dialog(page).getByText('Asked web-1 to pause').waitFor();
    await page.keyboard.press('Escape');
    await button(page, 'Resume…').click();
    await dialog(page).getByText('It then applies every change requested while it was paused.').waitFor();
    await isFit(page, 'act-resume');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('Asked web-1 to resume').waitFor();
    await page.keyboard.press('Escape');
    await button(page, 'Pause…').waitFor();
  }, 60_000);
});
