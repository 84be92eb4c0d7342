import { describe, expect, it } from '@jest/globals';
import { anchorOf, brokenCitations } from '../../scripts/citations.mjs';

const PAGES: Record<string, string> = {
  'docs/facts.md': '# Facts\n## From start to address\n',
  'docs/faults.md': '| F7 | an agent is killed |\n',
  'apps/api': '',
};
const broken = (text: string, file = 'apps/api/src/one.ts') => brokenCitations(file, text, (path) => PAGES[path]);

describe('a citation', () => {
  it.each([
    'as docs/facts.md says',
    '(docs/facts.md#from-start-to-address)',
    '/** docs/faults.md, F7. */',
    'https://example.org/docs/nowhere.md is not ours',
  ])('leads somewhere: %s', (text) => {
    expect(broken(text)).toEqual([]);
  });

  it.each([
    ['a page that is not there', 'see docs/nowhere.md'],
    ['a section that is not there', 'see docs/facts.md#from-start'],
    ['a fault that is not there', '/** docs/faults.md, F70. */'],
    ['a document that only we have', '/** It hangs (FACTS). */'],
  ])('is refused when it leads to %s', (_what, text) => {
    expect(broken(text)).toHaveLength(1);
  });

  it('of a page can also be a relative link', () => {
    const page =
      '[one](../apps/api) [two](facts.md#from-start-to-address) [three](https://a.example/b.md) [four](gone.md)';
    expect(broken(page, 'docs/index.md')).toEqual(['docs/index.md cites docs/gone.md, which does not exist']);
  });

  it('names a heading as GitHub does', () => {
    expect(anchorOf('What the API *cannot* do: 1, 2')).toBe('what-the-api-cannot-do-1-2');
  });
});
