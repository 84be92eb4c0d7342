import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { apiFixture } from '../support/api-fixture.js';
import { aMembership } from '../support/reports.js';
import { eventually } from '../support/eventually.js';
import type { ReportingHost } from '../support/reporting-host.js';
import { violations } from './support/axe.js';
import { picture, tokenOf, Visitors } from './support/dashboard.js';
import { joinFleet, lookAt, waitsForPerson } from './support/fleet.js';

const MANY = 1000;
/** Where people look: each of them in light and dark. */
const PAGES = ['/', '/hosts', '/hosts/web-1', '/nodes', '/networks', '/memberships', '/events', '/findings'];
const MEMBERSHIP = '/memberships/web-1/8056c2e21c000001';

/** What a host or the owner of a network can send as text; each would run code if it became markup. */
const CORPUS = [
  '<img src=x onerror=window.__ran=1>',
  '"><script>window.__ran=1</script>',
  '</title><svg/onload=window.__ran=1>',
  "javascript:window.__ran=1//'",
  '<iframe srcdoc="<script>top.__ran=1</script>">',
  '{{constructor.constructor("window.__ran=1")()}}',
  '<a href="javascript:window.__ran=1" style="position:fixed;inset:0">x</a>',
];

const settled = (page: Page) => page.getByRole('heading', { level: 1 }).waitFor();
/** The end of a page is there when what it is about has arrived. */
const whole = (page: Page) => page.getByText('The same in a terminal').waitFor();

describe('pages of the dashboard', () => {
  const fixture = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '1' });
  const { api } = fixture;
  const visitors = new Visitors(api);
  let hosts: ReportingHost[];
  beforeAll(async () => void (hosts = await joinFleet(fixture)), 60_000);

  it('show no act to a viewer, and to an operator the acts that a token of that role can carry out', async () => {
    const [, host] = hosts;
    if (!host) throw new Error('no host');
    const { network, authorized } = await waitsForPerson(fixture, host, '89e92ceee1');
    const acts =
      /Authorize|For 8 hours|Deny|Launch|Remove|Join|Leave|Restart|Pause|Resume|Probe|Doctor|Create a|Add a|Choose/;
    const membership = `/memberships/web-2/${network}`;
    const viewer = await visitors.enter('/', (await tokenOf(api, 'viewer', 'viewer')).secret);
    for (const path of [...PAGES, membership]) {
      await viewer.page.goto(new URL(path, api.url).href);
      await whole(viewer.page);
      expect(await viewer.page.getByRole('button', { name: acts }).count()).toBe(0);
    }
    const atOverview = await visitors.enter('/', (await tokenOf(api, 'another', 'operator')).secret);
    await atOverview.page.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
    const operator = await visitors.enter(membership, (await tokenOf(api, 'operator', 'operator')).secret);
    await operator.page.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
    await picture(operator.page, 'membership-waits');
    await operator.page.getByRole('button', { name: 'Authorize', exact: true }).click();
    await operator.page.getByText('It shows here once the controller says so').waitFor();
    await authorized();
    await viewer.page.getByText('10.7.0.10/24').first().waitFor();
    await operator.page.getByText('10.7.0.10/24').first().waitFor();
    expect([...viewer.trouble, ...operator.trouble]).toEqual([]);
  }, 60_000);

  it.each(['light', 'dark'] as const)(
    'have no fault that axe knows, in %s',
    async (scheme) => {
      const { page, trouble } = await visitors.open('/', { scheme });
      await settled(page);
      expect(await violations(page)).toEqual([]);
      await page.locator('#token').fill(api.adminToken);
      await page.keyboard.press('Enter');
      await page.getByRole('navigation', { name: 'Pages' }).first().waitFor();
      for (const path of [...PAGES, MEMBERSHIP]) {
        await page.goto(new URL(path, api.url).href);
        await whole(page);
        expect({ path, found: await violations(page) }).toEqual({ path, found: [] });
        await picture(page, `${scheme}${path.replaceAll('/', '-')}`);
      }
      expect(trouble).toEqual([]);
    },
    60_000,
  );

  it('fit a phone: nothing is wider than the screen, and what is pressed is large enough', async () => {
    const { page } = await visitors.enter('/', api.adminToken, { width: 390, height: 844 });
    for (const path of [...PAGES, MEMBERSHIP]) {
      await page.goto(new URL(path, api.url).href);
      await settled(page);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect({ path, width }).toEqual({ path, width: 390 });
      await picture(page, `phone${path.replaceAll('/', '-')}`);
    }
    const heights = await page
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(36);
  });

  it('show hostile text as text: nothing of it runs, and the content security policy has nothing to stop', async () => {
    const [, host] = hosts;
    if (!host) throw new Error('no host');
    const networks = CORPUS.map((name, at) =>
      aMembership({ network: `8056c2e21d00000${at}`, name, status: 'NOT_FOUND' }),
    );
    await host.say(lookAt(host.node, '89e92ceee1', networks));
    for (const cause of CORPUS) await host.say({ type: 'host.engine-down', data: { cause } });
    const { page, trouble } = await visitors.enter('/');
    for (const path of [
      ...PAGES,
      '/hosts/web-2',
      '/memberships/web-2/8056c2e21d000000',
      `/hosts/${encodeURIComponent(CORPUS[0] ?? '')}`,
    ]) {
      await page.goto(new URL(path, api.url).href);
      await settled(page);
    }
    await page.goto(new URL('/memberships', api.url).href);
    await page
      .getByText(CORPUS[0] ?? '')
      .first()
      .waitFor();
    await page.goto(new URL('/events', api.url).href);
    await page
      .getByText(CORPUS[1] ?? '')
      .first()
      .waitFor();
    expect(await page.evaluate('window.__ran')).toBeUndefined();
    expect(trouble).toEqual([]);
    // The control: these pages would report what the policy stops.
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.__ran=1>')`);
    await eventually(() => trouble.some((said) => said.startsWith('policy: ')), { within: 10_000 });
    expect(await page.evaluate('window.__ran')).toBeUndefined();
  }, 60_000);

  it('have a few dozen rows in the document although there are a thousand hosts', async () => {
    await api.database.query(
      `INSERT INTO hosts (id, name, installation, node_id, revision, labels)
       SELECT 'hst_' || lpad(id, 20, 'a'), 'many-' || n, 'i-' || n, 'nod_' || lpad(id, 20, 'a'), 0,
              jsonb_build_object('site', 'site-' || n % 9)
       FROM (SELECT n, translate(n::text, '0123456789', 'bcdefghijk') AS id FROM generate_series(1, $1::int) AS n) AS made`,
      [MANY],
    );
    const { page } = await visitors.enter('/hosts');
    const table = page.getByRole('table', { name: 'hosts' });
    await eventually(async () => Number(await table.getAttribute('aria-rowcount')) > MANY, { within: 15_000 });
    expect(await table.getByRole('row').count()).toBeLessThan(80);
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await page.getByRole('link', { name: 'web-2', exact: true }).waitFor();
    expect(await table.getByRole('row').count()).toBeLessThan(80);
    await picture(page, 'many-hosts');
    await page.goto(api.url);
    await settled(page);
    await page.getByRole('img', { name: /1,00\d hosts/ }).waitFor();
    await picture(page, 'many-picture');
    await page.getByRole('button', { name: 'List' }).click();
    await page.getByText('site-1').first().waitFor();
    await picture(page, 'many-overview');
  });
});
