import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { ApiTokenMade, type Role } from '@orrery/shared/contracts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { chromiumIn } from '../../../scripts/testing/chromium.mjs';
import type { RunningApi } from '../../support/api.js';

export interface Visit {
  page: Page;
  /** What a page must never have: errors, reports of its content security policy, and code of others that ran. */
  trouble: string[];
}

interface Look {
  scheme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** What moves is what a page costs most; only some tests look at that. */
  moves?: boolean;
}

const WITHIN_MS = 15_000;

/** A browser for the tests of a file, and visits to the dashboard of an API: each ends with its test, or with the file if it began before. */
export class Visitors {
  #browser: Browser | undefined;
  /** Of visits that began in the test that runs. */
  readonly #contexts: BrowserContext[] = [];
  #isInTest = false;

  constructor(private readonly api: Pick<RunningApi, 'url' | 'adminToken'>) {
    beforeAll(async () => {
      const executablePath = chromiumIn(process.env);
      // Root has no sandbox; a process of its own for painting costs a twentieth more.
      const args = ['--no-sandbox', '--disable-gpu', '--in-process-gpu', '--disable-dev-shm-usage'];
      this.#browser = await chromium.launch({ ...(executablePath && { executablePath }), args });
    }, 60_000);
    beforeEach(() => void (this.#isInTest = true));
    // A page that nobody looks at any more would still follow all that the next tests do.
    afterEach(async () => {
      this.#isInTest = false;
      await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    });
    afterAll(() => this.#browser?.close());
  }

  /** Somebody with a browser of their own opens an address. */
  async open(path = '/', { scheme = 'light', width = 1440, height = 900, moves = false }: Look = {}): Promise<Visit> {
    const context = await this.#browser?.newContext({
      colorScheme: scheme,
      viewport: { width, height },
      reducedMotion: moves ? 'no-preference' : 'reduce',
    });
    if (!context) throw new Error('the browser has not started');
    if (this.#isInTest) this.#contexts.push(context);
    return this.openIn(context, path);
  }

  /** Another tab of the same browser. */
  async openIn(context: BrowserContext, path: string): Promise<Visit> {
    const page = await context.newPage();
    page.setDefaultTimeout(WITHIN_MS);
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) trouble.push(`policy: ${message.text()}`);
    });
    await page.goto(new URL(path, this.api.url).href);
    return { page, trouble };
  }

  /** The same, and through the door. */
  async enter(path = '/', token = this.api.adminToken, look: Look = {}): Promise<Visit> {
    const visit = await this.open(path, look);
    await logIn(visit.page, token);
    await visit.page
      .getByRole('navigation', { name: /^Pages/ })
      .first()
      .waitFor();
    return visit;
  }
}

export async function logIn(page: Page, token: string): Promise<void> {
  await page.locator('#token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}

export async function tokenOf(api: RunningApi, name: string, role: Role): Promise<{ id: string; secret: string }> {
  const { body } = await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name, role } });
  return { id: body.token.id, secret: body.secret };
}

/**
 * Goes to another page as a link of this one does: nothing is loaded again, which is what costs a browser most. Whoever goes to the same
 * kind of page cannot tell the old title from the new one, so there it is loaded after all.
 */
export async function follow(page: Page, path: string): Promise<void> {
  const to = new URL(path, page.url());
  const kind = ({ pathname }: URL) => pathname.split('/')[1];
  if (kind(to) === kind(new URL(page.url()))) return void (await page.goto(to.href));
  await page.evaluate(`{
    document.querySelector('h1')?.setAttribute('data-left', '');
    history.pushState(null, '', ${JSON.stringify(to.href)});
  }`);
  await page.locator('h1:not([data-left])').waitFor();
}

/** `ORRERY_PICTURES=folder` keeps how the pages looked, for people who design them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['ORRERY_PICTURES'];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: name.includes('full') });
}
