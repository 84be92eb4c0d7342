import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiFixture } from '../support/api-fixture.js';
import { ReportingHost } from '../support/reporting-host.js';
import { joinFleet } from './support/fleet.js';
import { follow, logIn, picture, tokenOf, Visitors, type Visit } from './support/dashboard.js';
import type { Page } from 'playwright-core';

describe('the dashboard', () => {
  const { api, closing } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '1' });
  const visitors = new Visitors(api);

  const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

  let joined: Promise<unknown> | undefined;
  /** Once, by whichever test needs it first. */
  const fleet = () => (joined ??= joinFleet({ api, closing }));

  it('teaches the first command when there is nothing yet, and shows the first host when it arrives', async () => {
    const { page, trouble } = await visitors.enter('/');
    await title(page, 'Nothing here yet. The first host takes one line.').waitFor();
    await page.getByLabel('Name of the host').fill('nas-1');
    await page.getByText('orrery host add nas-1').waitFor();
    await picture(page, 'empty');
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, 'empty-phone');
    await page.getByRole('link', { name: /^Memberships/ }).click();
    await page.getByText('orrery join NODE NETWORK --wait').waitFor();
    expect(await page.getByRole('searchbox').count()).toBe(0);
    await page.getByRole('link', { name: 'Overview' }).click();
    await fleet();
    await page.getByRole('img', { name: /3 hosts/ }).waitFor();
    expect(trouble).toEqual([]);
  }, 60_000);

  describe('at its door', () => {
    beforeAll(fleet, 60_000);

    it('says that a wrong token is not valid, and opens for a right one where the address leads', async () => {
      const { page, trouble } = await visitors.open('/hosts/web-2');
      await logIn(page, 'ora_wrong');
      const refused = page.getByRole('alert');
      await refused.getByText('This token is not valid').waitFor();
      await picture(page, 'door-refused');
      await logIn(page, api.adminToken);
      await title(page, 'web-2').waitFor();
      expect(new URL(page.url()).pathname).toBe('/hosts/web-2');
      expect(trouble).toEqual([]);
    });

    it('keeps the login for a reload and for another tab, and forgets it when somebody signs out', async () => {
      const { page } = await visitors.enter('/hosts');
      await page.reload();
      await page.getByRole('table', { name: 'hosts' }).waitFor();
      const other = await visitors.openIn(page.context(), '/networks');
      await other.page.getByRole('navigation', { name: 'Pages' }).first().waitFor();
      await page.getByRole('button', { name: 'Sign out' }).first().click();
      await title(page, 'Your token opens this fleet').waitFor();
      await title(other.page, 'Your token opens this fleet').waitFor();
      await page.reload();
      await page.locator('#token').waitFor();
    });

    it('says within 5 s that a login has ended because its token was revoked', async () => {
      const { id, secret } = await tokenOf(api, 'leaver', 'viewer');
      const { page } = await visitors.enter('/', secret);
      await page.getByText('leaver, viewer').waitFor();
      await page.getByText('in the last hour').waitFor();
      expect(await page.getByRole('button', { name: /^(Add a host|Launch|Create a network)…$/ }).count()).toBe(0);
      await (await api.raw('DELETE', `/v1/tokens/${id}`)).text();
      const start = Date.now();
      await page.getByText('Your login ended').waitFor();
      expect(Date.now() - start).toBeLessThan(5000);
    });

    it('works in a browser without storage', async () => {
      const { page } = await visitors.open('/');
      await page.addInitScript(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('forbidden'); } })",
      );
      await page.reload();
      await logIn(page, api.adminToken);
      await page.getByRole('link', { name: 'Hosts' }).first().click();
      await page.getByRole('table', { name: 'hosts' }).waitFor();
    });
  });

  describe('shows', () => {
    let admin: Visit;
    beforeAll(async () => {
      await fleet();
      admin = await visitors.enter('/');
    }, 60_000);

    /** The admin goes there. */
    const at = async (path: string): Promise<Visit> => {
      await follow(admin.page, path);
      return admin;
    };

    it('the fleet as the API has it: a sentence, counts, hosts by site, events, and the line that does the same', async () => {
      const { page, trouble } = await at('/');
      await title(page, 'One host never connected; everything else is as wanted').waitFor();
      expect(await page.getByRole('link', { name: /^3 hosts/ }).count()).toBe(1);
      await page.getByRole('img', { name: /3 hosts/ }).press('ArrowRight');
      await page.getByRole('link', { name: /^Open / }).waitFor();
      await picture(page, 'overview-chosen');
      await page.keyboard.press('Escape');
      await page.keyboard.press('l');
      await page.getByRole('link', { name: 'nas-1', exact: true }).waitFor();
      await page.getByText('web-1 joined the fleet').waitFor();
      await page.getByText('in the last hour').waitFor();
      for (const name of ['Add a host…', 'Launch…', 'Create a network…'])
        await page.getByRole('button', { name, exact: true }).waitFor();
      await page.getByText('orrery status').waitFor();
      await picture(page, 'overview-light');
      await page.getByRole('link', { name: 'One host', exact: true }).click();
      await page.waitForURL(/\/hosts\?state=not-fine$/);
      await title(page, 'One host never connected; the other two are online').waitFor();
      expect(trouble).toEqual([]);
    });

    it('of many problems the first, so that the picture and the events are not far below them', async () => {
      const { page } = await visitors.open('/');
      await page.route('**/v1/status', async (route) => {
        const status = (await (await route.fetch()).json()) as { attention: { what: string }[] };
        const [one] = status.attention;
        const attention = Array.from({ length: 40 }, (_, at) => ({ ...one, what: `problem ${at}` }));
        await route.fulfill({ json: { ...status, attention } });
      });
      await logIn(page, api.adminToken);
      await page.getByText('problem 0').waitFor();
      expect(await page.getByText(/^problem \d+$/).count()).toBe(4);
      await page.getByRole('button', { name: 'Show 36 more' }).click();
      await page.getByText('problem 39').waitFor();
    });

    it('hosts in a table that is filtered, sorted and searched in the address', async () => {
      const { page } = await at('/hosts?q=web&sort=-host');
      const names = () => page.locator('tbody tr td:first-child a').allTextContents();
      await page.getByRole('table', { name: 'hosts' }).waitFor();
      expect(await names()).toEqual(['web-2', 'web-1']);
      await page.getByRole('searchbox').fill('');
      await page.getByRole('button', { name: /^Not as wanted/ }).click();
      await page.getByRole('link', { name: 'nas-1' }).waitFor();
      expect(await names()).toEqual(['nas-1']);
      expect(new URL(page.url()).searchParams.get('state')).toBe('not-fine');
      await page.goBack();
    });

    it('the page of a host with its nodes, and each membership as three witnesses see it', async () => {
      const { page, trouble } = await at('/hosts');
      await page.getByRole('link', { name: 'web-1', exact: true }).click();
      await title(page, 'web-1').waitFor();
      expect(await page.evaluate('document.activeElement?.tagName')).toBe('H1');
      const memberships = page.getByRole('table', { name: 'Memberships' });
      await memberships.getByText('OK, 10.1.2.3/24').waitFor();
      await memberships.getByText('up, 10.1.2.3/24').waitFor();
      await picture(page, 'host-light-full');
      await memberships.getByRole('link').first().click();
      await page.getByText('Three witnesses').waitFor();
      await page.getByRole('columnheader', { name: /Kernel shows/ }).waitFor();
      await picture(page, 'membership-light-full');
      expect(trouble).toEqual([]);
    });

    it('what happens, without anybody asking again', async () => {
      const { page } = await at('/hosts');
      await page.getByRole('table', { name: 'hosts' }).waitFor();
      closing(await ReportingHost.join(api, 'arriving'));
      await page.getByRole('link', { name: 'arriving' }).waitFor({ timeout: 5000 });
      const other = (await visitors.openIn(page.context(), '/hosts/arriving')).page;
      await title(other, 'arriving').waitFor();
      await (await api.raw('DELETE', '/v1/hosts/arriving?confirm=arriving')).text();
      await page.getByRole('link', { name: 'arriving' }).waitFor({ state: 'detached', timeout: 5000 });
      await title(other, 'arriving was removed by admin at').waitFor();
      await picture(other, 'gone');
    });

    it('that the connection is lost, with the time of what it shows, and by itself that it is back', async () => {
      const { page } = await at('/');
      await title(page, 'One host never connected').waitFor();
      await page.context().setOffline(true);
      await page.getByRole('alert').getByText('Orrery cannot be reached').waitFor();
      await picture(page, 'lost');
      await page.context().setOffline(false);
      await page.getByText('Orrery cannot be reached').waitFor({ state: 'detached' });
    });

    it('that Orrery was updated while the page was open, and reloads when somebody says so', async () => {
      const { page } = await at('/');
      // All parts of the page are there; one that is not would offer to reload as well.
      await page.getByRole('button', { name: 'Add a host…', exact: true }).waitFor();
      await page.route(`${api.url}/`, async (route) => {
        const body = (await (await route.fetch()).text()).replace(/main-\w+\.js/, 'main-0THER000.js');
        await route.fulfill({ contentType: 'text/html', body });
      });
      await page.context().setOffline(true);
      await page.getByRole('alert').getByText('Orrery cannot be reached').waitFor();
      await page.context().setOffline(false);
      const updated = page.getByRole('status').filter({ hasText: 'Orrery was updated.' });
      await updated.waitFor();
      await picture(page, 'updated');
      await page.unroute(`${api.url}/`);
      await updated.getByRole('button', { name: 'Reload the page' }).click();
      await updated.waitFor({ state: 'detached' });
      await title(page, 'One host never connected').waitFor();
    });

    it('what to do if the API answers what the page does not understand, instead of nothing', async () => {
      const { page } = await at('/');
      await page.route('**/v1/hosts/web-1', (route) =>
        route.fulfill({ json: { name: 'web-1', of: 'another version' } }),
      );
      await at('/hosts/web-1');
      await title(page, 'This page cannot show what Orrery answered').waitFor();
      await picture(page, 'broken');
      await page.unroute('**/v1/hosts/web-1');
      await page.getByRole('button', { name: 'Reload the page' }).click();
      await title(page, 'web-1').waitFor();
    });

    it('the rest of a page as soon as it can be loaded', async () => {
      const { page } = await visitors.open('/');
      await page.route('**/assets/all-acts-*', (route) => route.abort());
      await logIn(page, api.adminToken);
      await page.getByText('A part of this page could not be loaded.').first().waitFor();
      await title(page, 'One host never connected').waitFor();
      await page.unroute('**/assets/all-acts-*');
      await page.getByText('A part of this page could not be loaded.').first().waitFor({ state: 'detached' });
    });

    it('a link to what is gone as a sentence with its fix', async () => {
      const { page } = await visitors.enter('/hosts/web-9');
      await title(page, 'web-9').waitFor();
      await page.getByText('unknown-host').waitFor();
    });
  });
});
