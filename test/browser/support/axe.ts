import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

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
