import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  CommandPage,
  JoinReply,
  NetworkMade,
  type Command,
  type Outcome,
  type Stage,
} from '@orrery/shared/contracts';
import type { Page } from 'playwright-core';
import { apiFixture } from '../support/api-fixture.js';
import { ControllerHost } from '../support/controller-host.js';
import { eventually } from '../support/eventually.js';
import { joinBody, newInstallation } from '../support/joined-host.js';
import { ReportingHost } from '../support/reporting-host.js';
import { aMembership, membershipFact } from '../support/reports.js';
import { picture, tokenOf, Visitors, type Visit } from './support/dashboard.js';
import { lookAt } from './support/fleet.js';

const WAITS: Outcome = { kind: 'waiting', code: 'authorization', cause: 'not authorized', fix: 'Authorize it.' };
const HOSTILE = '<img src=x onerror=window.__ran=1>$(reboot)';

describe('somebody at the dashboard can', () => {
  const { api, closing } = apiFixture({
    ORRERY_HEARTBEAT_SECONDS: '1',
    ORRERY_PUBLIC_URL: 'http://orrery.test:7070',
  });
  const visitors = new Visitors(api);
  let host: ReportingHost;
  let keeper: ControllerHost;
  /** An operator, whose page stays open. */
  let anna: Visit;
  const ids = { lab: '', shop: '' };

  beforeAll(async () => {
    host = closing(await ReportingHost.join(api, 'web-1'));
    await host.say(lookAt(host.node, '89e92ceee1', []));
    await host.beats();
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
  const launch = async (name: string, network: string) => {
    const body = { name, networks: [network] };
    return (await api.ask('POST', '/v1/hosts/web-1/containers', Accepted, { body })).body.command;
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const dialog = (page: Page) => page.getByRole('dialog');

  it('launch a container and see each stage as it is observed, until it is done', async () => {
    const { page, trouble } = await at('/hosts/web-1');
    await button(page, 'Launch…').click();
    await dialog(page).getByLabel('Name', { exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('INPUT');
    await dialog(page).getByLabel('Name', { exact: true }).fill('cache');
    await dialog(page).getByLabel('Network', { exact: true }).selectOption(ids.lab);
    await dialog(page).getByText('orrery launch cache --host web-1 --network lab --wait').waitFor();
    await picture(page, 'act-launch-form');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await button(page, 'Launch').click();
    expect((await sent).headers()['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    await dialog(page).getByText('cache is being launched on web-1').waitFor();
    await dialog(page).getByText('You can leave this page; the launch continues.').waitFor();
    const command = await newest();
    await goesOn(command, ['created', 'orrery-cache'], ['started', '']);
    await dialog(page).getByText('zerotier-one is starting').waitFor();
    await picture(page, 'act-launch-goes-on');
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

  it('see why a launch waits, and authorize it right there', async () => {
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
    await picture(page, 'act-launch-waits');
    await dialog(page).getByRole('button', { name: 'Authorize', exact: true }).click();
    const isAuthorized = () => keeper.controller.record(ids.shop, '89e92ceee2')?.authorized === true;
    await eventually(isAuthorized, { within: 10_000, what: 'its controller has let it in' });
    await settles(command);
    await dialog(page).getByText('media runs on web-1').waitFor();
  }, 60_000);

  it('authorize many nodes at once, and see each when its controller says so', async () => {
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
    const { page, trouble } = await at('/memberships');
    await button(page, 'Choose all two that wait').click();
    await page.getByText('2 chosen').waitFor();
    await picture(page, 'act-memberships-chosen');
    await button(page, 'Authorize…').click();
    await dialog(page).getByText('for node in web-1/one web-1/two; do').waitFor();
    await picture(page, 'act-authorize-many');
    await button(page, 'Authorize').click();
    await dialog(page).getByText('2 of 2 authorized').waitFor();
    await picture(page, 'act-authorize-many-done');
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
    await picture(page, 'act-remove-changed');
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
    await picture(page, 'act-refused');
    expect(await page.evaluate('window.__ran')).toBeUndefined();
    expect(trouble).toEqual([]);
  }, 60_000);

  it('join the node of a host to a network, and leave it', async () => {
    const { page } = await at('/hosts/web-1');
    await button(page, 'Join…').click();
    await dialog(page).getByLabel('Network', { exact: true }).selectOption(ids.lab);
    await button(page, 'Join').click();
    await dialog(page).getByText('web-1 is joining lab').waitFor();
    const command = await newest();
    await goesOn(command, ['joined', ids.lab], ['address', '10.7.0.30/24']);
    await settles(command);
    await dialog(page).getByText('web-1 is in lab as 10.7.0.30').waitFor();
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
    await picture(page, 'act-network');
    await button(page, 'Create').click();
    await dialog(page).getByText('guests is on its controller').waitFor();
    await picture(page, 'act-network-made');
    expect([...keeper.controller.networks.values()].map(({ name }) => name)).toContain('guests');
  }, 60_000);

  it('add a host: copy the line to paste, and see the host arrive', async () => {
    const { page, trouble } = await visitors.enter('/hosts');
    await button(page, 'Add a host…').click();
    await dialog(page).getByLabel('Name of the host', { exact: true }).fill('edge-1');
    await dialog(page).getByLabel('Labels', { exact: true }).fill('site=edge');
    await button(page, 'Make the line').click();
    await dialog(page).getByText('the line was not pasted yet').waitFor();
    await picture(page, 'act-host-add');
    const line = await dialog(page).getByText('install.sh').first().textContent();
    const token = /orrery_token=([\w.-]+)/.exec(line ?? '')?.[1] ?? '';
    const more = { name: 'edge-1', agentVersion: 'test', installation: newInstallation() };
    await api.ask('POST', '/v1/join', JoinReply, { body: await joinBody(api, more), token });
    await dialog(page).getByText('as edge-1').waitFor();
    await dialog(page).getByRole('link', { name: 'Open edge-1' }).waitFor();
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
    await picture(page, 'act-doctor');
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
    await picture(page, 'act-probe');
    expect(trouble).toEqual([]);
  }, 60_000);

  it('restart a container, and pause a host', async () => {
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
    await button(page, 'Resume…').waitFor();
  }, 60_000);
});
