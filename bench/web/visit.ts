import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { FRAMES, WATCH, WATCHED, WATCH_FRAMES, whenUsable } from './in-page.js';

const WITHIN_MS = 60_000;
const SIZE = { width: 1440, height: 900 };

export interface Cost {
  /** After a collection of garbage. */
  heapBytes: number;
  domNodes: number;
}

export interface Watched {
  /** How much later than asked for, in milliseconds, a timer ran: so long a task had the page. */
  waits: number[];
  /** Tasks of at least 50 ms, as the browser counts them. */
  longTasks: number[];
  looks: { all: number; topology: number };
}

/** Somebody who has logged in and looks at the overview. */
export class Visit {
  #asked: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    private readonly page: Page,
    private readonly protocol: CDPSession,
  ) {
    page.on('request', (request) => this.#asked.push(new URL(request.url()).pathname));
  }

  static async open(browser: Browser, url: string, token: string): Promise<Visit> {
    const context = await browser.newContext({ viewport: SIZE });
    const page = await context.newPage();
    page.setDefaultTimeout(WITHIN_MS);
    await page.goto(url);
    await page.locator('#token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Pages' }).first().waitFor();
    return new Visit(context, page, await context.newCDPSession(page));
  }

  /** Milliseconds from a reload until the sentence is there, and the picture with all hosts is drawn. */
  async usableIn(hosts: number): Promise<number> {
    await this.page.addInitScript({ content: whenUsable(hosts.toLocaleString('en-US')) });
    await this.page.reload();
    // Looked for now and then, because the policy of the pages lets nothing be evaluated inside of them.
    for (const end = Date.now() + WITHIN_MS; Date.now() < end; await this.page.waitForTimeout(100)) {
      const usableAt = await this.page.evaluate<number | undefined>('globalThis.usableAt');
      if (usableAt !== undefined) return usableAt;
    }
    throw new Error('the overview did not become usable');
  }

  async cost(): Promise<Cost> {
    // Twice, because what finalizers let go is collected in the next round.
    for (let round = 0; round < 2; round++) await this.protocol.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.protocol.send('Runtime.getHeapUsage');
    const { nodes } = await this.protocol.send('Memory.getDOMCounters');
    return { heapBytes: usedSize, domNodes: nodes };
  }

  async watch(): Promise<void> {
    this.#asked = [];
    await this.page.evaluate(WATCH);
  }

  async watched(): Promise<Watched> {
    const { waits, longTasks } = await this.page.evaluate<Pick<Watched, 'waits' | 'longTasks'>>(WATCHED);
    const looks = this.#asked.filter((path) => path.startsWith('/v1/') && path !== '/v1/events/stream');
    return {
      ...{ waits, longTasks },
      looks: { all: looks.length, topology: looks.filter((path) => path === '/v1/topology').length },
    };
  }

  /** Milliseconds between frames while somebody zooms in, drags the picture about, and zooms out. */
  async panAndZoom(): Promise<number[]> {
    const canvas = await this.page.locator('canvas').boundingBox();
    if (!canvas) throw new Error('there is no picture');
    const [x, y] = [canvas.x + canvas.width / 2, canvas.y + canvas.height / 2];
    await this.page.evaluate(WATCH_FRAMES);
    const { mouse } = this.page;
    await mouse.move(x, y);
    for (let turn = 0; turn < 30; turn++) await mouse.wheel(0, -60);
    await mouse.down();
    for (let step = 0; step < 120; step++)
      await mouse.move(x + 200 * Math.sin(step / 10), y + 150 * Math.cos(step / 7));
    await mouse.up();
    for (let turn = 0; turn < 30; turn++) await mouse.wheel(0, 60);
    return this.page.evaluate<number[]>(FRAMES);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
