import { beforeAll, describe, expect, it } from '@jest/globals';
import { interfaceName, type AgentFact, type ObservedPeer } from '@orrery/shared/contracts';
import type { Page } from 'playwright-core';
import { apiFixture } from '../support/api-fixture.js';
import { ControllerHost } from '../support/controller-host.js';
import { eventually } from '../support/eventually.js';
import type { ReportingHost } from '../support/reporting-host.js';
import { aMembership, anInterface, aPeer, NETWORK } from '../support/reports.js';
import { hears, RoutedNetwork } from '../support/routed-network.js';
import { follow, picture, tokenOf, Visitors, type Visit } from './support/dashboard.js';
import { isFit, violations } from './support/fit.js';
import { joinFleet, lookAt, waitsForPerson } from './support/fleet.js';

const PHONE = { width: 390, height: 844 };
/** As joinFleet gives them out. */
const [WEB_1, WEB_2] = ['89e92ceee0', '89e92ceee1'];

describe('the dashboard', () => {
  const fixture = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '1' });
  const { api, closing } = fixture;
  const visitors = new Visitors(api);
  let web1: ReportingHost;
  let web2: ReportingHost;
  let shop: RoutedNetwork;
  let admin: Visit;

  beforeAll(async () => {
    const [one, two] = await joinFleet(fixture);
    if (!one || !two) throw new Error('no hosts');
    [web1, web2] = [one, two];
    shop = closing(await RoutedNetwork.make(api, closing(await ControllerHost.join(api, 'main')), 1));
    await Promise.all([shop.one.beats(), shop.two.beats()]);
    const { commands } = await shop.add();
    const [first, second] = commands;
    if (!first || !second) throw new Error('no commands');
    await shop.works(shop.one, first, '10.182.44.7/24');
    await shop.works(shop.two, second, '10.182.44.8/24');
    await hears(shop.two, await shop.watches(shop.two, '10.182.44.7'), { peerAnswers: true });
    await eventually(async () => (await shop.get()).state === 'announced', { within: 10_000 });
    admin = await visitors.enter('/');
  }, 90_000);

  /** The admin goes there. */
  const at = async (path: string): Promise<Visit> => {
    await follow(admin.page, path);
    return admin;
  };
  const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const whole = (page: Page) => page.getByText('The same in a terminal').waitFor();

  it('shows a route with its routers, who carries it, whether its standby hears that, and what is announced', async () => {
    const { page, trouble } = await at('/routes');
    await page.getByText('1 of 1 hears it').waitFor();
    await isFit(page, '/routes');
    await page.getByRole('link', { name: '192.168.10.0/24' }).click();
    await title(page, 'onprem-1-1/shop-1-router carries 192.168.10.0/24 into shop-1');
    const routers = page.getByRole('table', { name: 'Routers' });
    await routers.getByRole('row', { name: /onprem-1-1.+forwards.+carries it/ }).waitFor();
    await routers.getByRole('row', { name: /onprem-1-2.+forwards.+stands by.+hears it/ }).waitFor();
    await page.getByText('its router was chosen').waitFor();
    await page.getByText('via 10.182.44.7').waitFor();
    await page.getByText('orrery route get 192.168.10.0/24 --network shop-1').waitFor();
    await page.getByText(/is to carry 192.168.10.0\/24 into shop-1/).waitFor();
    await isFit(page, new URL(page.url()).pathname);
    expect(trouble).toEqual([]);
  });

  it('has pages for controllers, containers and workloads, each thing with its own', async () => {
    const { page, trouble } = await at('/controllers');
    await title(page, 'The one controller is up');
    await isFit(page, '/controllers');
    await page.getByRole('link', { name: 'main', exact: true }).first().click();
    await title(page, 'main answers, and Orrery keeps one network on it');
    await page.getByRole('table', { name: 'Networks' }).getByRole('link', { name: 'shop-1' }).waitFor();
    await isFit(page, '/controllers/main');
    const after = {
      ...{ workload: 'shop/db/1', name: 'shop-db-1', engineId: 'a'.repeat(64), state: 'running' as const },
      ...{ startedAt: '2026-11-29T10:00:00.000Z', labelled: true, labels: { 'orrery.network': 'nowhere' } },
    };
    await web1.say({ type: 'workload.found', data: { workload: after.workload, after } });
    await page.getByRole('link', { name: 'Workloads' }).first().click();
    await page.getByRole('row', { name: /shop\/db\/1.+without effect.+web-1.+there is no network nowhere/ }).waitFor();
    await isFit(page, '/workloads');
    await page.getByRole('link', { name: 'Containers' }).first().click();
    await page.getByRole('link', { name: 'onprem-1-1/shop-1-router' }).click();
    await title(page, /onprem-1-1\/shop-1-router/);
    await page.getByText('Image asked for').waitFor();
    await page.getByText('orrery container get onprem-1-1/shop-1-router').waitFor();
    await isFit(page, new URL(page.url()).pathname);
    expect(trouble).toEqual([]);
  });

  it('names tokens without their secrets, to admins alone', async () => {
    const { secret } = await tokenOf(api, 'reader', 'viewer');
    const { page, trouble } = await at('/tokens');
    await title(page, /this Orrery/);
    await page.getByRole('row', { name: /reader.+viewer.+everything.+never/ }).waitFor();
    expect(await page.content()).not.toContain(secret);
    await isFit(page, '/tokens');
    const viewer = await visitors.enter('/tokens', secret);
    await viewer.page.getByText('code forbidden').waitFor();
    expect(await viewer.page.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
    expect([...trouble, ...viewer.trouble]).toEqual([]);
  });

  it('searches everything with /, leads to pages with g, and lists its keys with ?, but not while somebody writes', async () => {
    const { page, trouble } = await at('/hosts');
    await page.getByRole('table', { name: 'hosts' }).waitFor();
    await page.keyboard.press('/');
    const search = page.getByRole('combobox', { name: 'Search everything' });
    await search.fill('onprem-1-1');
    await page.getByRole('option', { name: /onprem-1-1.*host$/ }).waitFor();
    await page.getByRole('option', { name: /onprem-1-1\/shop-1-router in shop-1.*membership$/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, 'search');
    // The host itself and its own node have exactly this name.
    await search.press('ArrowDown');
    await search.press('ArrowDown');
    await page.getByRole('option', { name: /shop-1-router.*container$/, selected: true }).waitFor();
    await search.press('Enter');
    await title(page, /onprem-1-1\/shop-1-router/);
    expect(new URL(page.url()).pathname).toBe('/containers/onprem-1-1.shop-1-router');
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.waitForURL('**/networks');
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('search everything').waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, 'keys');
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    const filter = page.getByRole('searchbox');
    await filter.pressSequentially('gh/?');
    expect(await filter.inputValue()).toBe('gh/?');
    expect(new URL(page.url()).pathname).toBe('/networks');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(trouble).toEqual([]);
  });

  it('has the other pages behind the fifth tab of a phone', async () => {
    const { page } = await visitors.enter('/', api.adminToken, PHONE);
    await page.getByRole('button', { name: 'More' }).click();
    await picture(page, 'phone-more');
    await page.getByRole('link', { name: /^Commands/ }).click();
    await page.waitForURL('**/commands');
    expect(await page.getByRole('link', { name: /^Findings/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'More' }).getAttribute('aria-current')).toBe('true');
    await page.getByRole('link', { name: 'Hosts' }).click();
    await page.locator('button:not([aria-current])', { hasText: 'More' }).waitFor();
  });

  it('shows how nodes reach each other, with the likely reason where they do not', async () => {
    const sees = (host: ReportingHost, address: string, peers: ObservedPeer[]): AgentFact => {
      const look = lookAt(host.node, address, [aMembership()]);
      const [node] = look.type === 'host.snapshot' ? look.data.state.nodes : [];
      if (node) node.peers = { known: true, value: peers };
      return look;
    };
    const root = aPeer('ffffffffff', { role: 'PLANET' });
    await web1.say(sees(web1, WEB_1, [root, aPeer(WEB_2, { latencyMs: 3.4 })]));
    await web2.say(sees(web2, WEB_2, [root]));
    const { page, trouble } = await at(`/networks/${NETWORK}`);
    const paths = page.getByRole('table', { name: 'Paths' });
    await paths.getByRole('row', { name: /web-1 direct web-2 3.4 ms/ }).waitFor();
    await paths.getByRole('row', { name: /web-2 not tried web-1/ }).waitFor();
    const reasons = page.getByRole('list', { name: 'Likely reasons' });
    await reasons.getByText(/the likely reason why \d paths are not tried \(path-not-tried\)/).waitFor();
    await reasons.getByText(/orrery probe web-\d --ping 10\.1\.2\.3/).waitFor();
    await reasons.getByRole('button', { name: 'Probe…' }).click();
    const probe = page.getByRole('dialog', { name: /^Probe from web-\d$/ });
    expect(await probe.getByLabel('Address or name', { exact: true }).inputValue()).toBe('10.1.2.3');
    await page.keyboard.press('Escape');
    await isFit(page, `/networks/${NETWORK}`);
    await follow(page, '/nodes/web-1');
    await page
      .getByRole('table', { name: 'Paths in lab' })
      .getByRole('row', { name: /web-2 direct 3.4 ms/ })
      .waitFor();
    await picture(page, 'more-node-full');
    expect(trouble).toEqual([]);
  });

  it('rewinds a membership to what was so, however many events ago, and leaves acts on the present', async () => {
    const { network, authorized } = await waitsForPerson(fixture, web2, WEB_2);
    const waited = new Date().toISOString();
    await authorized();
    const about = { node: web2.node, network, device: interfaceName(network) };
    const flaps = Array.from({ length: 70 }, (_, at): AgentFact => {
      const after = anInterface({ device: about.device, addresses: ['10.7.0.10/24', `10.7.1.${at}/24`] });
      return { type: 'address.assigned', data: { ...about, address: `10.7.1.${at}/24`, after } };
    });
    await web2.say(...flaps);
    const { page, trouble } = await at(`/memberships/web-2/${network}`);
    const moment = page.getByRole('slider', { name: 'Moment' });
    const past = page.getByLabel('What was so');
    // In the story; the kernel's own word may come before the events do.
    await page.getByRole('listitem').getByText('10.7.1.69').first().waitFor();
    await moment.press('ArrowLeft');
    // The newest 60 events are of the kernel alone; what the daemon said is older than these.
    await past.getByText('up, 10.7.0.10/24, 10.7.1.69/24').waitFor();
    await past.getByText('OK, 10.7.0.10/24').waitFor();
    await page.getByText(/^You are looking at .+ Acts work on the present\.$/).waitFor();
    await page.getByRole('button', { name: 'Earlier events' }).click();
    await eventually(
      async () => {
        await moment.press('ArrowLeft');
        return past.getByText('ACCESS_DENIED').isVisible();
      },
      { within: 10_000 },
    );
    await isFit(page, '/rewound');
    await page.waitForURL(/[?]at=20\d\d-/);
    const { page: other } = await visitors.openIn(page.context(), `/memberships/web-2/${network}?at=${waited}`);
    await other.getByLabel('What was so').getByText('waits for a person').waitFor();
    await other.getByLabel('Date and time').fill('2020-01-01T00:00:00');
    await other.getByRole('button', { name: 'Look' }).click();
    await other.getByText(/Nothing is known before .+ no older event is kept/).waitFor();
    await page.getByRole('button', { name: 'Back to now' }).click();
    await past.waitFor({ state: 'detached' });
    expect(await moment.getAttribute('aria-valuetext')).toBe('now');
    await page.waitForURL((url) => url.search === '');
    await follow(page, '/hosts/web-2');
    await moment.waitFor();
    await whole(page);
    await isFit(page, '/hosts/web-2');
    expect(trouble).toEqual([]);
  });

  it('counts events over time, and shows those of the bar that somebody chooses', async () => {
    const { page, trouble } = await at('/events?over=1h');
    const bars = page
      .getByRole('group', { name: 'Events over time' })
      .getByRole('button', { name: /events?,|events?$/ });
    const last = bars.and(page.locator('button:has(rect)')).last();
    await last.waitFor();
    await page.getByText('other events').waitFor();
    await isFit(page, '/events');
    await last.click();
    await page
      .getByRole('status')
      .getByText(/^From .+ until/)
      .waitFor();
    expect(new URL(page.url()).searchParams.get('from')).toMatch(/^20\d\d-/);
    await page.getByText(/orrery events --since .+ --until/).waitFor();
    await title(page, /^The last in this time: /);
    await picture(page, 'more-events-chosen');
    await page.getByRole('button', { name: 'All events' }).click();
    await title(page, /^Last: /);
    await bars.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await title(page, 'Nothing happened in this time');
    expect(trouble).toEqual([]);
  });

  it('sends a ring from the host of an event in the picture, and is still again afterwards', async () => {
    const { page } = await visitors.open('/', { moves: true });
    await page.addInitScript(`window.__drawn = 0;
      const draw = CanvasRenderingContext2D.prototype.setTransform;
      CanvasRenderingContext2D.prototype.setTransform = function (...all) { window.__drawn++; return draw.apply(this, all); };`);
    await page.reload();
    await page.locator('#token').fill(api.adminToken);
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /hosts/ }).waitFor();
    const drawn = (): Promise<number> => page.evaluate('window.__drawn');
    /** Nothing is drawn for half a second. */
    const frames = `new Promise((done) => {
      const start = window.__drawn;
      const next = (left) => (left > 0 ? requestAnimationFrame(() => next(left - 1)) : done(window.__drawn === start));
      next(30);
    })`;
    const rests = (): Promise<boolean> => page.evaluate(frames);
    await eventually(rests, { within: 10_000 });
    const before = await drawn();
    await web1.say({ type: 'host.engine-down', data: { cause: 'no socket' } });
    await eventually(async () => (await drawn()) - before > 20, { within: 5000 });
    await eventually(rests, { within: 10_000 });
  });
});
