import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');

/** `- \`file\`: "title"`, the form of every row. */
const named = (page: string) =>
  [...page.matchAll(/^- `([^`]+)`: "(.+?)"/gm)].map(([, file = '', title = '']) => ({ file, title }));

async function missing(page: string): Promise<string[]> {
  const found = named(page).map(async ({ file, title }) => {
    const text = await read(file).catch(() => '');
    return text.includes(`'${title}'`) || text.includes(`\`${title}\``) ? [] : [`${file}: ${title}`];
  });
  return (await Promise.all(found)).flat();
}

describe('docs/security.md', () => {
  it('names only existing tests, and at least one for each attacker', async () => {
    const page = await read('docs/security.md');
    expect(await missing(page)).toEqual([]);
    const rows = page.split(/^## /m).slice(1);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => named(row).length === 0)).toEqual([]);
  });

  it('names every file of the suite security', async () => {
    const page = await read('docs/security.md');
    const specs = (await readdir(new URL('test/security/', ROOT))).filter((file) => file.endsWith('.spec.ts'));
    expect(specs.filter((file) => !page.includes(`\`test/security/${file}\``))).toEqual([]);
  });

  it('would fail with the title of a missing test, or with a missing file', async () => {
    const page = '- `test/tooling/security-docs.spec.ts`: "is no title"\n- `test/nowhere.spec.ts`: "whatever"\n';
    expect(await missing(page)).toHaveLength(2);
  });
});
