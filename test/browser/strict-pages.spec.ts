import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HostId } from '@orrery/shared/contracts';
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { apiFixture } from '../support/api-fixture.js';
import { aMembership } from '../support/reports.js';
import { Crowd } from '../support/crowd.js';
import { eventually } from '../support/eventually.js';
import { ReportingHost } from '../support/reporting-host.js';
import { follow, logIn, picture, tokenOf, Visitors } from './support/dashboard.js';
import { isFit } from './support/fit.js';
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
  // So long that a host which says one thing is not missed while these tests last.
  const fixture = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
  const { api, closing } = fixture;
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
      await follow(viewer.page, path);
      await whole(viewer.page);
      expect(await viewer.page.getByRole('button', { name: acts }).count()).toBe(0);
    }
    const atOverview = await visitors.enter('/', (await tokenOf(api, 'another', 'operator')).secret);
    await atOverview.page.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
    const operator = await visitors.enter(membership, (await tokenOf(api, 'operator', 'operator')).secret);
    await operator.page.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
    await picture(operator.page, 'membership-waits');
    await operator.page.getByRole('button', { name: 'Authorize', exact: true }).click();
    // Its node has not noticed yet: nobody has to act any more.
    await operator.page
      .getByRole('heading', { level: 1, name: /is authorized in shop, and its zerotier-one/ })
      .waitFor();
    expect(await operator.page.getByRole('button', { name: 'Authorize', exact: true }).count()).toBe(0);
    await authorized();
    await viewer.page.getByText('10.7.0.10/24').first().waitFor();
    await operator.page.getByText('10.7.0.10/24').first().waitFor();
    expect([...viewer.trouble, ...operator.trouble]).toEqual([]);
  }, 60_000);

  it('have no fault that axe knows, in light and dark, and fit a phone: nothing is wider than it, and what is pressed is large enough', async () => {
    const { page, trouble } = await visitors.open('/');
    await settled(page);
    await isFit(page, '/door');
    await logIn(page, api.adminToken);
    await page.getByRole('navigation', { name: 'Pages' }).first().waitFor();
    for (const path of [...PAGES, MEMBERSHIP]) {
      await follow(page, path);
      await whole(page);
      await isFit(page, path);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    const heights = await page
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(36);
    expect(trouble).toEqual([]);
  }, 60_000);

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
      await follow(page, path);
    }
    // As it arrives with the document.
    await page.goto(new URL('/memberships', api.url).href);
    await page
      .getByText(CORPUS[0] ?? '')
      .first()
      .waitFor();
    await follow(page, '/events');
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

  describe('with a thousand hosts', () => {
    const TOTAL = /^All 1,00\d$/;
    let page: Page;
    let trouble: string[];
    let crowd: Crowd;
    const addressOf = (host: HostId) => createHash('sha256').update(host).digest('hex').slice(0, 10);
    const go = (path: string) => follow(page, path);
    beforeAll(async () => {
      crowd = closing(
        await Crowd.join({ api, natsUrl: fixture.bench.natsUrl }, MANY, {
          name: (number) => `many-${String(number).padStart(4, '0')}`,
          site: (number) => `site-${number % 9}`,
        }),
      );
      // All but one are there.
      const others = crowd.members.filter(({ name }) => name !== 'many-0555');
      await crowd.say(({ node, id }) => lookAt(node, addressOf(id), []), others);
      await api.database.query(
        `UPDATE host_status SET presence = 'unreachable', last_seen_at = now() FROM hosts WHERE id = host_id AND name = 'many-0555'`,
      );
      const first = `(SELECT id FROM hosts WHERE name = 'many-0001')`;
      await api.database.query(
        `INSERT INTO commands (id, host_id, action, target, revision, state, created_by, created_at, ended_at)
         SELECT 'cmd_' || substr(translate(md5(n::text), '0189', 'abcd'), 1, 20), ${first}, 'restart', 'box-' || n, n,
                CASE n WHEN 150 THEN 'failed' ELSE 'done' END, 'ben', now() + interval '1 h' - n * interval '1 min', now()
           FROM generate_series(1, 150) n`,
      );
      await api.database.query(
        `INSERT INTO findings (host_id, source, code, severity, cause, fix, ordinal, seq, since)
         SELECT id, 'agent', 'docker-unreachable', 'warning', name || ' has no engine', 'Start it.', 1, 1, now() FROM hosts WHERE name BETWEEN 'many-0001' AND 'many-0250'`,
      );
      ({ page, trouble } = await visitors.enter('/'));
    }, 60_000);

    const hostsTable = () => page.getByRole('table', { name: 'hosts' });
    const names = () => page.locator('tbody tr td:first-child a').allTextContents();
    const link = (name: string) => page.getByRole('link', { name, exact: true });

    /** What the page asks for of hosts, from now on. */
    function asksOf(): URLSearchParams[] {
      const asked: URLSearchParams[] = [];
      page.on('request', (request) => {
        const { pathname, searchParams } = new URL(request.url());
        if (pathname === '/v1/hosts') asked.push(searchParams);
      });
      return asked;
    }

    const toEnd = () => page.evaluate('window.scrollTo(0, document.body.scrollHeight)');

    it('ask for one page of them, and for more as somebody scrolls, with a few dozen rows in the document', async () => {
      const asked = asksOf();
      await page.getByRole('link', { name: 'Hosts' }).first().click();
      await page.getByRole('button', { name: TOTAL }).waitFor();
      await link('many-0001').waitFor();
      expect(asked.filter((query) => query.has('after'))).toEqual([]);
      const table = hostsTable();
      expect(await table.getAttribute('aria-rowcount')).toBe('-1');
      expect(await table.getByRole('row').count()).toBeLessThan(80);
      await picture(page, 'many-hosts');
      // The next page is refused once: the rows stay, and somebody can ask again.
      const problem = { code: 'internal', detail: 'the database is away', fix: 'Wait a little.', status: 500 };
      const refused = { status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) };
      await page.route(/v1\/hosts\?.*after=/, (route) => route.fulfill(refused));
      await toEnd();
      await page.getByRole('status').getByText('the database is away').waitFor();
      await picture(page, 'many-hosts-refused');
      expect(await table.getByRole('row').count()).toBeGreaterThan(10);
      await page.unroute(/v1\/hosts\?.*after=/);
      await page.getByRole('button', { name: 'Try again' }).click();
      await eventually(
        async () => {
          await toEnd();
          return link('web-2').isVisible();
        },
        { within: 15_000, what: 'the last row is there' },
      );
      expect(await table.getByRole('row').count()).toBeLessThan(80);
      expect(Number(await table.getAttribute('aria-rowcount'))).toBeGreaterThan(MANY);
      expect(trouble).toEqual([]);
    });

    it('leave filters and the order to the API, and count the whole fleet all the while', async () => {
      await go('/hosts?sort=-host');
      await link('web-2').waitFor();
      expect((await names()).slice(0, 2)).toEqual(['web-2', 'web-1']);
      const asked = asksOf();
      const table = await hostsTable().elementHandle();
      const searchbox = page.getByRole('searchbox');
      await searchbox.pressSequentially('many-077');
      await link('many-0777').waitFor();
      expect(await names()).toHaveLength(10);
      // Not once for each letter, and the table was there all the time.
      expect(asked.filter((query) => query.has('q')).length).toBeLessThanOrEqual(3);
      expect(asked.at(-1)?.get('q')).toBe('many-077');
      expect(await table?.isVisible()).toBe(true);
      await page.getByRole('button', { name: TOTAL }).waitFor();
      await searchbox.fill('');
      await link('web-2').waitFor();
      await page.getByRole('columnheader', { name: 'Last seen' }).getByRole('button').click();
      // It said something before all the others did.
      await link('web-2').waitFor({ state: 'detached' });
      expect(asked.at(-1)?.get('sort')).toBe('-lastSeenAt');
      await searchbox.fill('site=site-3 many-077');
      await link('many-0777').waitFor();
      expect(await names()).toEqual(['many-0777']);
      await go('/hosts?q=many&state=not-fine');
      await link('many-0555').waitFor();
      expect(await names()).toEqual(['many-0555']);
      await page
        .getByRole('heading', { level: 1, name: /^1 host is unreachable .*; the other 1,00\d are online$/ })
        .waitFor();
      await page.getByRole('button', { name: /^Not as wanted [23]$/, pressed: true }).waitFor();
      await page.getByText('orrery host ls --attention').waitFor();
      await picture(page, 'many-hosts-not-fine');
    });

    it('keep what somebody reads where it is when a row appears above it', async () => {
      await go('/hosts');
      await link('many-0001').waitFor();
      await page.evaluate('window.scrollTo(0, 900)');
      const row = page.getByRole('row').filter({ has: link('many-0024') });
      await row.waitFor();
      const [index, place] = [await row.getAttribute('aria-rowindex'), await row.boundingBox()];
      const asked = asksOf();
      closing(await ReportingHost.join(api, 'above-1'));
      await eventually(async () => Number(await row.getAttribute('aria-rowindex')) === Number(index) + 1, {
        within: 10_000,
      });
      expect(Math.round((await row.boundingBox())?.y ?? 0)).toBe(Math.round(place?.y ?? -1));
      // The look was at the one page that is there.
      expect(asked.map((query) => query.has('after'))).not.toContain(true);
      expect(asked.length).toBeGreaterThan(0);
    });

    it('have commands and findings that come page by page too', async () => {
      await go('/commands');
      await link('restart box-1').waitFor();
      const commands = page.getByRole('table', { name: 'commands' });
      expect(await commands.getAttribute('aria-rowcount')).toBe('-1');
      await picture(page, 'many-commands');
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await picture(page, 'many-commands-phone');
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole('button', { name: 'Failed' }).click();
      await page.getByText('One matches').waitFor();
      expect(await names()).toEqual(['restart box-150']);
      await page.getByText('orrery command ls --state failed').waitFor();
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await page.getByRole('searchbox').fill('restart box-14');
      await page.getByText('11 commands match').waitFor();
      expect((await names()).slice(0, 2)).toEqual(['restart box-14', 'restart box-140']);
      await go('/findings');
      await page.getByRole('heading', { level: 1, name: 'More than 200 findings' }).waitFor();
      await page.getByRole('searchbox').fill('many-0250');
      await page.getByText('many-0250 has no engine').waitFor();
      expect(await names()).toEqual(['many-0250']);
      await page.getByRole('button', { name: 'All 250' }).waitFor();
      expect(trouble).toEqual([]);
    });

    it('are one picture, and a list by site', async () => {
      await go('/');
      await page.getByRole('img', { name: /1,00\d hosts/ }).waitFor();
      await picture(page, 'many-picture');
      await page.getByRole('button', { name: 'List' }).click();
      await page.getByText('site-1').first().waitFor();
      await picture(page, 'many-overview');
      const [first] = crowd.members;
      await crowd.say(() => ({ type: 'host.engine-down', data: { cause: 'no socket' } }), first && [first]);
      await page
        .getByText(/many-0001.*no socket/)
        .first()
        .waitFor();
    });
  });
});
