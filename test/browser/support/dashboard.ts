import { afterAll, beforeAll } from '@jest/globals';
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
}

const WITHIN_MS = 15_000;

/** A browser for the tests of a file, and visits to the dashboard of an API. */
export class Visitors {
  #browser: Browser | undefined;
  readonly #contexts: BrowserContext[] = [];

  constructor(private readonly api: Pick<RunningApi, 'url' | 'adminToken'>) {
    beforeAll(async () => {
      const executablePath = chromiumIn(process.env);
      const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']; // root has no sandbox
      this.#browser = await chromium.launch({ ...(executablePath && { executablePath }), args });
    }, 60_000);
    afterAll(() => this.#browser?.close());
  }

  /** Somebody with a browser of their own opens an address. */
  async open(path = '/', { scheme = 'light', width = 1440, height = 900 }: Look = {}): Promise<Visit> {
    const context = await this.#browser?.newContext({ colorScheme: scheme, viewport: { width, height } });
    if (!context) throw new Error('the browser has not started');
    this.#contexts.push(context);
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

/** `ORRERY_PICTURES=folder` keeps how the pages looked, for people who design them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['ORRERY_PICTURES'];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: name.includes('full') });
}
