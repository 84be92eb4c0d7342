import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { apiFixture } from '../support/api-fixture.js';
import { blow } from '../support/event-storm.js';
import { eventually } from '../support/eventually.js';
import { fillFleet } from '../support/large-fleet.js';
import { Visitors } from './support/dashboard.js';

const MOST_SCRIPT_BYTES = 180 * 1024;
const FLEET = { hosts: 60, nodesPerHost: 2, networks: 3, networksPerNode: 1, peersPerNode: 2 };
/** What events carry, so that nobody needs to look. */
const COVERED = { interfaces: 50, nodes: 25, paths: 25 };

const SCRIPTS = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
  .map(({ name, encodedBodySize }) => ({ name: name.replace(/.*\\//, ''), bytes: encodedBodySize }))`;
const scriptsOf = (page: Page) => page.evaluate<{ name: string; bytes: number }[]>(SCRIPTS);
const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;

/** Counts how often the page changed its document since it was told to begin: once for each render that changed anything. */
const COUNT_RENDERS = `{
  globalThis.renders = 0;
  new MutationObserver(() => globalThis.renders++).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}`;

describe('the dashboard is quick: it', () => {
  const { api } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
  const visitors = new Visitors(api);
  const sql = (text: string, values: unknown[] = []) => api.database.query(text, values);
  const picture = (page: Page) => page.getByRole('img', { name: /60 hosts/ });

  beforeAll(() => fillFleet(sql, FLEET), 60_000);

  /** Answers of the API by path, with their status. */
  function answersIn(page: Page): { path: string; status: number }[] {
    const answers: { path: string; status: number }[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith('/v1/')) answers.push({ path: pathname, status: response.status() });
    });
    return answers;
  }

  /** The page shows the last event that was recorded. */
  async function hasArrived(page: Page): Promise<void> {
    await eventually(async () => ((await sql('SELECT FROM outbox')) as unknown[]).length === 0);
    await sql(`INSERT INTO outbox (type, data) VALUES ('token.created', '{"name": "the-last", "by": "x"}')`);
    await page.getByText('the token the-last was created').first().waitFor();
  }

  const named = (name: string) =>
    sql(`INSERT INTO outbox (type, data) VALUES ('token.created', jsonb_build_object('name', $1::text, 'by', 'x'))`, [
      name,
    ]);

  it('loads at most 180 KB of compressed scripts before anything is shown, and the other pages when it rests', async () => {
    const { page } = await visitors.open('/');
    await page.locator('#token').waitFor();
    const first = await scriptsOf(page);
    const bytes = first.reduce((sum, one) => sum + one.bytes, 0);
    await page.locator('#token').fill(api.adminToken);
    await page.keyboard.press('Enter');
    await picture(page).waitFor();
    const isWhole = async () => (await scriptsOf(page)).some(({ name }) => name.startsWith('all-pages'));
    await eventually(isWhole, { within: 15_000, what: 'the other pages are there' });
    const all = await scriptsOf(page);
    const later = all.slice(first.length).map(({ name, bytes: size }) => `${name} ${kb(size)}`);
    console.log(`scripts: ${kb(bytes)} before anything is shown; later ${later.join(', ')}`);
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThanOrEqual(MOST_SCRIPT_BYTES);
    expect(later.length).toBeGreaterThanOrEqual(1);
    // Many small files would be refused: the API serves a few at a time to strangers.
    expect(all.length).toBeLessThanOrEqual(12);
    // Going to a page waits for no script any more.
    await page.getByRole('link', { name: /^Findings/ }).click();
    await page.getByRole('heading', { level: 1, name: /finding/i }).waitFor();
    expect(await scriptsOf(page)).toHaveLength(all.length);
  });

  it('asks for what is still the same without getting it again', async () => {
    const { page } = await visitors.enter('/');
    await picture(page).waitFor();
    const answers = answersIn(page);
    // The API states something that no topology shows, but of which the page cannot know that.
    await sql(`INSERT INTO outbox (type, data) VALUES ('network.named', '{"network": "n", "name": "x", "by": "x"}')`);
    await eventually(() => answers.some(({ path, status }) => path === '/v1/topology' && status === 304), {
      within: 10_000,
    });
  });

  it('shows a storm of events without a look at what they carry, in few renders, and with a document that does not grow', async () => {
    const { page, trouble } = await visitors.enter('/');
    await picture(page).waitFor();
    await blow(sql, 50, COVERED);
    await hasArrived(page);
    await eventually(async () => (await scriptsOf(page)).length >= 5, { within: 15_000 });
    const nodes = () => page.evaluate<number>("document.querySelectorAll('*').length");
    const before = await nodes();
    await page.evaluate(COUNT_RENDERS);
    const answers = answersIn(page);
    const begun = Date.now();
    for (let tick = 0; tick < 20; tick++) {
      await blow(sql, 50, COVERED);
      await page.waitForTimeout(60);
    }
    await eventually(async () => ((await sql('SELECT FROM outbox')) as unknown[]).length === 0);
    await page.waitForTimeout(500);
    const seconds = (Date.now() - begun) / 1000;
    const asked = (path: string) => answers.filter((answer) => answer.path === path).length;
    const renders = await page.evaluate<number>('globalThis.renders');
    console.log(`1,000 events in ${seconds.toFixed(1)} s: ${renders} renders, ${answers.length} looks`);
    expect([asked('/v1/topology'), asked('/v1/events')]).toEqual([0, 0]);
    // Ages tick once a second.
    expect(renders).toBeLessThan(seconds * 12);
    expect(renders).toBeGreaterThan(0);
    expect(Math.abs((await nodes()) - before)).toBeLessThan(before / 5);
    // The control: of what they do not carry there is a look, and one a second at most.
    await sql(
      `INSERT INTO outbox (type, data) SELECT 'network.named', '{"network": "n", "name": "x", "by": "x"}' FROM generate_series(1, 300)`,
    );
    await eventually(() => asked('/v1/topology') > 0, { within: 5000 });
    expect(asked('/v1/topology')).toBeLessThanOrEqual(3);
    expect(trouble).toEqual([]);
  });

  it('reads one stream for all tabs of a browser, and another tab goes on where the one that read has closed', async () => {
    const first = await visitors.enter('/events');
    const context = first.page.context();
    const streams: { page: Page | undefined; url: string }[] = [];
    context.on('request', (request) => {
      if (request.url().includes('/v1/events/stream'))
        streams.push({ page: request.frame().page(), url: request.url() });
    });
    await first.page.reload();
    await first.page.getByRole('heading', { level: 1, name: /^Last: / }).waitFor();
    const second = await visitors.openIn(context, '/events');
    await second.page.getByRole('heading', { level: 1, name: /^Last: / }).waitFor();
    await named('for-both');
    for (const { page } of [first, second]) await page.getByText('the token for-both was created').first().waitFor();
    expect(streams.map(({ page }) => page === first.page)).toEqual([true]);
    await first.page.close();
    await named('while-none-reads');
    await second.page.getByText('the token while-none-reads was created').first().waitFor();
    expect(streams.map(({ page }) => page === first.page)).toEqual([true, false]);
    expect(streams[1]?.url).toContain('?after=');
  });

  it('works in more tabs than a browser has connections where tabs cannot share a stream: who is not seen, does not read', async () => {
    const { page } = await visitors.enter('/events');
    const context = page.context();
    // As over plain HTTP from another machine. A headless browser shows all its tabs at once.
    await context.addInitScript(`
      delete Navigator.prototype.locks;
      let hidden = false;
      Object.defineProperty(document, 'hidden', { get: () => hidden });
      globalThis.hide = (is) => { hidden = is; document.dispatchEvent(new Event('visibilitychange')); };`);
    const hide = (tab: Page, is: boolean) => tab.evaluate(`hide(${is})`);
    await named('before');
    await page.reload();
    const tabs = [page];
    for (let more = 0; more < 6; more++) {
      await hide(tabs.at(-1) ?? page, true);
      const tab = (await visitors.openIn(context, '/events')).page;
      await tab.getByRole('heading', { level: 1, name: /^Last: / }).waitFor();
      tabs.push(tab);
    }
    const [seen] = tabs.slice(-1);
    await named('for-the-last');
    await seen?.getByText('the token for-the-last was created').first().waitFor();
    expect(await page.getByText('the token for-the-last was created').count()).toBe(0);
    await hide(page, false);
    await page.getByText('the token for-the-last was created').first().waitFor();
    await named('for-both');
    await page.getByText('the token for-both was created').first().waitFor();
    await context.close();
  });

  it('zooms by wheel and fingers, and moves what is zoomed, which chooses nothing', async () => {
    const { page } = await visitors.enter('/');
    await picture(page).waitFor();
    const canvas = await page.locator('canvas').boundingBox();
    if (!canvas) throw new Error('no picture');
    const [x, y] = [canvas.x + canvas.width / 2, canvas.y + canvas.height / 2];
    const isZoomed = () => page.locator('canvas[data-zoomed]').count();
    const all = () => page.getByRole('button', { name: 'Show all' }).click();
    await page.mouse.move(x, y);
    // What cannot zoom out any more scrolls the page.
    await page.mouse.wheel(0, 300);
    expect(await isZoomed()).toBe(0);
    await page.evaluate('scrollTo(0, 0)');
    for (let turn = 0; turn < 5; turn++) await page.mouse.wheel(0, -200);
    await eventually(async () => (await isZoomed()) === 1);
    await page.mouse.down();
    await page.mouse.move(x + 80, y + 40, { steps: 5 });
    await page.mouse.up();
    expect(await page.getByRole('link', { name: /^Open / }).count()).toBe(0);
    await all();
    await eventually(async () => (await isZoomed()) === 0);
    const protocol = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart?: number) =>
      protocol.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: apart === undefined ? [] : [-apart, apart].map((by, id) => ({ id, x: x + by, y })),
      });
    await touch('touchStart', 20);
    for (let apart = 30; apart <= 120; apart += 30) await touch('touchMove', apart);
    await touch('touchEnd');
    await eventually(async () => (await isZoomed()) === 1);
  });
});
