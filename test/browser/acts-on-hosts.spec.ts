import { describe, expect, it } from '@jest/globals';
import {
  Accepted,
  CommandPage,
  JoinReply,
  KeptRoute,
  Network,
  type AgentFact,
  type Call,
  type Command,
} from '@orrery/shared/contracts';
import { newAddress } from '../support/controller-host.js';
import { eventually } from '../support/eventually.js';
import { FakeController } from '../support/fake-controller.js';
import { joinBody, newInstallation } from '../support/joined-host.js';
import { LAN, LAN_PATH, POOL, RoutedNetwork } from '../support/routed-network.js';
import { ReportingHost } from '../support/reporting-host.js';
import { aMembership } from '../support/reports.js';
import { picture, tokenOf } from './support/dashboard.js';
import { lookAt } from './support/fleet.js';
import { ActsScene, button, dialog, isFit } from './support/acts-scene.js';

const scene = new ActsScene();
const { api, at, closing, goesOn, ids, launch, newest, settles, visitors } = scene;

describe('somebody with one host and no controller can', () => {
  it('create the first network: its controller is launched and followed, and the dialog stays until the end', async () => {
    const controller = new FakeController(newAddress());
    scene.host.agent.answer = (call) => controller.answer(call);
    const { page, trouble } = await visitors.enter('/');
    await button(page, 'Create a network…').click();
    await dialog(page).getByLabel('Name', { exact: true }).fill('first');
    await dialog(page).getByText('orrery network create first --on web-1 --wait').waitFor();
    await button(page, 'Create').click();
    await dialog(page).getByText('controller is being launched on web-1').waitFor();
    const command = await newest();
    await scene.host.shows(controller.address, command.node ?? scene.host.node);
    await goesOn(command, ['created', 'orrery-controller'], ['started', '']);
    // What runs now makes the offer of the overview end, but not what somebody opened from it.
    await page.getByRole('link', { name: /^0 containers one controller beside/ }).waitFor();
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
    await dialog(page).getByText('no longer reach each other').waitFor();
    expect(await button(page, 'Remove').isDisabled()).toBe(true);
    await dialog(page).getByLabel('Type first to remove it', { exact: true }).fill('first');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('first is gone').waitFor();
    await api.raw('DELETE', '/v1/controllers/web-1?confirm=web-1');
    expect(trouble).toEqual([]);
  }, 60_000);
});

describe('somebody at the dashboard can', () => {
  scene.withNetworks();

  it('attach a container that somebody runs, and detach it, but not what a label attaches', async () => {
    const found = (workload: string, engineId: string): AgentFact => {
      const labels = { 'orrery.network': 'lab' };
      const after = {
        ...{ workload, name: workload.replaceAll('/', '-'), engineId, state: 'running' as const },
        ...{ startedAt: '2026-11-29T10:00:00.000Z', labelled: true, labels },
      };
      return { type: 'workload.found', data: { workload, after } };
    };
    await scene.host.say(found('shop/db/1', 'a'.repeat(64)));
    const steps = [{ step: 'create-container', target: 'shop-db-1', detail: 'create the container orrery-shop-db-1' }];
    // What it would do without the attachment, it would do anyway.
    const isAbout = (call: Call) => JSON.stringify(call).includes('shop-db-1');
    scene.host.agent.answer = (call) => ({ result: 'ok', value: { steps: isAbout(call) ? steps : [] } });
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
    await dialog(page).getByText('shop-db-1 is being attached on web-1').waitFor();
    await settles(await newest());
    await dialog(page).getByText('shop-db-1 is attached on web-1 and is in lab').waitFor();
    await at('/containers/web-1.shop-db-1');
    await button(page, 'Detach…').click();
    await dialog(page).getByText('shop/db/1 keeps running').waitFor();
    await dialog(page).getByText('orrery detach web-1/shop-db-1 --wait').waitFor();
    await dialog(page).getByLabel('Type shop-db-1 to detach it', { exact: true }).fill('shop-db-1');
    await isFit(page, 'act-detach');
    await button(page, 'Detach').click();
    await dialog(page).getByText('shop-db-1 is being detached on web-1').waitFor();
    await settles(await newest());
    await at(`/networks/${ids.lab}`);
    await button(page, 'Change…').click();
    await dialog(page).getByText('Is attached').click();
    await dialog(page).getByText('orrery network set lab --labels on').waitFor();
    await button(page, 'Change').click();
    await dialog(page).getByText('lab was changed').waitFor();
    await scene.host.say(found('shop/web/1', 'b'.repeat(64)));
    await eventually(async () => (await api.raw('GET', '/v1/hosts/web-1/containers/shop-web-1')).status === 200);
    await at('/containers/web-1.shop-web-1');
    await page.getByText('The label of shop/web/1 attaches it.').waitFor();
    await picture(page, 'attached-by-label');
    expect(await button(page, 'Detach…').count()).toBe(0);
    await api.ask('PATCH', `/v1/networks/${ids.lab}`, Network, { body: { labels: false } });
    expect(trouble).toEqual([]);
  }, 60_000);

  it('bring a LAN into a network: see first what it does, then each stage, switch it, and remove it', async () => {
    const lan = closing(await RoutedNetwork.make(api, scene.keeper, 2));
    await Promise.all([lan.one.beats(), lan.two.beats()]);
    const { id } = lan.network;
    const name = String(lan.network.name);
    // Its own daemon accepts only what its agent looked at.
    await api.ask('PUT', `/v1/nodes/web-1/networks/${id}`, Accepted, { body: {} });
    const after = aMembership({ network: id, name, allowManagedList: [POOL] });
    await scene.host.say({ type: 'network.joined', data: { node: scene.host.node, network: id, after } });
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
    await page.getByText(`${LAN} is no longer brought into ${name}`).first().waitFor();
    expect(await page.getByRole('table', { name: 'Routers' }).count()).toBe(0);
    expect(await lan.targets()).toEqual([]);
    expect(trouble).toEqual([]);
  }, 60_000);

  it('add a host: copy the line to paste, see the host arrive until it is online, and remove it', async () => {
    const { page, trouble } = await visitors.enter('/hosts');
    await button(page, 'Add a host…').click();
    await dialog(page).getByLabel('Name of the host', { exact: true }).fill('edge-1');
    await dialog(page).getByLabel('Labels', { exact: true }).fill('site=edge');
    await button(page, 'Get the install command').click();
    await dialog(page).getByText('the command was not pasted yet').waitFor();
    expect(await dialog(page).getByRole('button', { name: /^Copy/ }).count()).toBe(1);
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
    scene.host.agent.answer = ({ op }) => ({ result: 'ok', value: op.op === 'probe' ? { probe: op.probe } : report });
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
    const [probe] = scene.host.agent.calls.flatMap(({ op }) => (op.op === 'probe' ? [op.probe] : []));
    if (!probe) throw new TypeError('no probe');
    const about = { node: scene.host.node, probe };
    const ping = { sent: 4, received: 4, minMs: 0.5, averageMs: 1, maxMs: 1.5 };
    const result = { code: 'reached' as const, cause: '', fix: '', address: '10.7.0.20', ms: 3000, ping };
    await scene.host.say({ type: 'probe.progress', data: { ...about, detail: 'seq 1  0.512 ms' } });
    await dialog(page).getByText('seq 1 0.512 ms').waitFor();
    await scene.host.say({ type: 'probe.finished', data: { ...about, target: '10.7.0.20', result } });
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
