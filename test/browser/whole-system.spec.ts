import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PRIVATE, System } from '../support/system/system.js';
import { later } from '../support/later.js';
import { picture, Visitors } from './support/dashboard.js';

/** The API as it was built and a real agent, on a simulated host. */
describe('the dashboard of a whole system', () => {
  let system: System;
  let api: { url: string; adminToken: string } | undefined;
  const visitors = new Visitors(later(() => api));
  beforeAll(async () => {
    system = await System.start({ hosts: ['web-1'] });
    api = { url: system.api.url, adminToken: await system.api.secret('admin.token') };
  }, 120_000);
  afterAll(() => system?.close());

  it('shows a launch as it goes, and why it waits', async () => {
    const { page, trouble } = await visitors.enter('/containers');
    await page.getByRole('heading', { level: 1, name: 'No containers yet' }).waitFor();
    await system.launch('web-1', 'demo', PRIVATE);
    await page.getByRole('link', { name: 'web-1/demo' }).click();
    await page.getByRole('heading', { level: 1, name: /web-1\/demo/ }).waitFor();
    expect(page.url()).toMatch(/\/containers\/web-1\.demo$/);
    await page.goto(new URL(`/memberships/web-1%2Fdemo/${PRIVATE}`, api?.url).href);
    await page.getByText('ACCESS_DENIED').first().waitFor({ timeout: 30_000 });
    await page.getByRole('heading', { level: 1, name: /web-1\/demo is not in/ }).waitFor();
    await page.getByRole('columnheader', { name: /Daemon says/ }).waitFor();
    await picture(page, 'whole-membership');
    await page.goto(new URL('/', api?.url).href);
    await page.getByRole('heading', { level: 1, name: 'One node waits for a person' }).waitFor();
    await page.getByRole('link', { name: /^web-1\/demo in .+ waits for a person$/ }).waitFor();
    // Nobody sees a button that would fail: Orrery does not keep this network.
    expect(await page.getByRole('button', { name: 'Authorize' }).count()).toBe(0);
    await picture(page, 'whole-overview');
    expect(trouble).toEqual([]);
  }, 90_000);
});
