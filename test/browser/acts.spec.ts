import { describe, expect, it } from '@jest/globals';
import { Admission, Network, NetworkMade } from '@orrery/shared/contracts';
import type { Request } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { aMembership, membershipFact } from '../support/reports.js';
import { picture, tokenOf } from './support/dashboard.js';
import { ActsScene, button, dialog, isFit, WAITS } from './support/acts-scene.js';

const HOSTILE = '<img src=x onerror=window.__ran=1>$(reboot)';

const scene = new ActsScene();
const { api, at, goesOn, ids, launch, newest, settles } = scene;

describe('somebody at the dashboard can', () => {
  scene.withNetworks();

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
        .filter({ hasText: /^asks to join/ })
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
    await dialog(page).getByRole('heading', { name: 'Launch a container into shop' }).waitFor();
    await dialog(page).getByText('the ZeroTier image of web-1').waitFor();
    await dialog(page).getByLabel('Name', { exact: true }).fill('media');
    await button(page, 'Launch').click();
    await dialog(page).getByText('media is being launched on web-1').waitFor();
    const command = await newest();
    const node = command.node ?? scene.host.node;
    await scene.host.shows('89e92ceee2', node);
    scene.keeper.controller.showUp(ids.shop, '89e92ceee2');
    const joined = aMembership({ network: ids.shop, name: 'shop', status: 'ACCESS_DENIED', addresses: [] });
    await scene.host.say(membershipFact('authorization.requested', node, joined));
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
    const isAuthorized = () => scene.keeper.controller.record(ids.shop, '89e92ceee2')?.authorized === true;
    await eventually(isAuthorized, { within: 10_000, what: 'its controller has let it in' });
    // Its node has not noticed yet, and nothing says any more that somebody has to act.
    await dialog(page).getByText('media is authorized; it gets its address').waitFor();
    expect(
      await dialog(page)
        .getByText(/waits for a person|membership authorize/)
        .count(),
    ).toBe(0);
    await isFit(page, 'act-launch-authorized');
    await goesOn(command, ['address', '10.7.0.20/24']);
    await settles(command);
    await dialog(page).getByText('media runs on web-1').waitFor();
    const waited = dialog(page)
      .getByRole('listitem')
      .filter({ hasText: /^authorized/ });
    expect(await waited.textContent()).toMatch(/^authorizedby anna, after \d.* s/);
    await button(page, 'Close').click();
    const row = page.getByRole('table', { name: 'Nodes' }).getByRole('row', { name: /^web-1\/media/ });
    await row.getByText('authorized', { exact: true }).waitFor();
    await row.getByRole('link', { name: 'as wanted' }).click();
    await page.waitForURL(`**/memberships/web-1%2Fmedia/${ids.shop}`);
  }, 60_000);

  it('authorize and deny many nodes at once, each as its controller says so, and not over what somebody else decided', async () => {
    const commands = [await launch('one', 'shop'), await launch('two', 'shop')];
    const { page, trouble } = await at(`/networks/${ids.shop}`);
    for (const [at, command] of commands.entries()) {
      const address = `89e92ceef${at}`;
      const node = command.node ?? scene.host.node;
      await scene.host.shows(address, node);
      scene.keeper.controller.showUp(ids.shop, address);
      const asks = aMembership({ network: ids.shop, name: 'shop', status: 'ACCESS_DENIED', addresses: [] });
      await scene.host.say(membershipFact('authorization.requested', node, asks));
      await settles(command, WAITS);
      await button(page, at === 0 ? 'Authorize' : 'Authorize both…').waitFor();
      await picture(page, `network-waits-${at}`);
    }
    await page
      .getByRole('table', { name: 'Nodes' })
      .getByRole('row', { name: /web-1\/two waits for/ })
      .waitFor();
    await page.getByText('orrery membership authorize --pending --network shop').waitFor();
    // All that wait, though the list shows none of them.
    await at('/memberships?q=cache');
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
    // Until the dialog has gone, both are still chosen.
    await dialog(page).waitFor({ state: 'detached' });
    for (const name of ['one', 'two']) await page.getByLabel(`Choose web-1/${name} in shop`).check();
    await button(page, 'Deny…').click();
    await isFit(page, 'act-deny-many');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('2 of 2 denied').waitFor();
    expect(scene.keeper.controller.record(ids.shop, '89e92ceef0')?.authorized).toBe(false);
    // They wait for nobody, and are not authorized with all others.
    await at(`/networks/${ids.shop}`);
    const denied = /with \d+ nodes, but 2 of them were denied$/;
    await page.getByRole('heading', { level: 1, name: denied }).waitFor();
    await page
      .getByRole('table', { name: 'Nodes' })
      .getByRole('row', { name: /web-1\/two denied/ })
      .waitFor();
    await picture(page, 'network-denied');
    expect(await button(page, 'Authorize both…').count()).toBe(0);
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
    const made = { name: 'brief', controller: scene.keeper.name, admission: { by: 'manual' } };
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
    await page
      .locator('h1')
      .getByTitle(/ UTC\)$/)
      .waitFor();
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
      .filter({ hasText: /^asks to join/ })
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
    await dialog(page).getByText('lets nobody in by itself: a person authorizes each node').waitFor();
    await isFit(page, 'act-network-made');
    expect([...scene.keeper.controller.networks.values()].map(({ name }) => name)).toContain('guests');
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
    await dialog(page).getByText('guests was changed').waitFor();
    const changed = dialog(page).getByRole('list', { name: 'What changed' }).getByRole('listitem');
    expect(await changed.allTextContents()).toEqual(['lets in nodes on hosts with site=cloud']);
    const { admission } = (await api.get('/v1/networks/guests', Network)).body;
    expect(admission).toMatchObject({ by: 'selector', selector: 'site=cloud' });
  }, 60_000);
});
