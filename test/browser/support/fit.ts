import { expect } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { picture } from './dashboard.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Runs axe over the protocol of the browser, because the policy of the pages admits no code of others. `rules`: only these; nothing but
 * contrast depends on whether a page is light or dark.
 */
export async function violations(page: Page, within = 'html', rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE);
  return page.evaluate(
    async ([selector, only]) => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(
            within: string,
            options: { resultTypes: string[]; runOnly?: readonly string[] },
          ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      };
      const { violations: found } = await axe.run(selector, {
        resultTypes: ['violations'],
        ...(only && { runOnly: only }),
      });
      return found.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      );
    },
    [within, rules] as const,
  );
}

const PHONE = { width: 390, height: 844 };
/** Where a screen ends, and what is wider than it. */
const WIDE = `[document.documentElement, ...document.querySelectorAll('dialog, dialog > div')].some((one) => one.scrollWidth > ${PHONE.width})`;

/** No fault that axe knows, light and dark, and on a phone nothing wider than the screen. `within`: all of the page, or its dialog. */
export async function isFit(page: Page, name: string, within = 'html'): Promise<void> {
  const shown = name.replace(/^\//, '').replaceAll('/', '-') || 'overview';
  const size = page.viewportSize();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined;
    const found = await violations(page, within, rules);
    expect({ name, colorScheme, found }).toEqual({ name, colorScheme, found: [] });
    await picture(page, `${shown}-${colorScheme}`);
  }
  await page.setViewportSize(PHONE);
  expect({ name, isWide: await page.evaluate(WIDE) }).toEqual({ name, isWide: false });
  await picture(page, `${shown}-phone`);
  if (size) await page.setViewportSize(size);
}
