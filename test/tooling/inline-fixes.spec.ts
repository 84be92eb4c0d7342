import { describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import { inlineFixes } from '../../scripts/inline-fixes.mjs';

const complaints = (code: string): number =>
  new Linter().verify(code, {
    rules: { 'no-restricted-syntax': ['error', ...inlineFixes] },
  }).length;

/** Only the catalogue of the contracts contains the texts of fixes. */
describe('a fix outside of the catalogue', () => {
  it.each([
    ['a literal', `throw new StepError({ ...found, fix: 'Start it.' });`],
    ['a template', 'const found = { fix: `Remove ${name}.` };'],
    ['one of two literals', `const found = { fix: known ? 'Name one.' : 'Add one.' };`],
    ['a literal behind another fix', `const found = { fix: given ?? 'See the log.' };`],
    ['a function', 'const rule = { fix: ({ image }) => `Check ${image}.` };'],
    ['a constant', `const fix = 'Wait.'; const REMOVED_FIX = 'Restart it.';`],
    ['a table', `const FIXES = { busy: 'Wait.' }; const found = { fix: FIXES.busy };`],
    ['a parameter', `const trouble = (code, fix) => ({ code, fix });`],
    ['a field', `class Wrong extends Error { fix = 'Wait.'; }`],
    ['a default', `const trouble = ({ fix = 'Wait.' }) => fix;`],
    ['an error with a code of its own', `throw new AppError({ code: 'busy', kind: 'user', cause });`],
  ])('is refused as %s', (_as, code) => expect(complaints(code)).toBeGreaterThan(0));

  it.each([
    ['the words of the catalogue', `throw new AppError({ kind: 'user', ...explain('busy', { cause }) });`],
    ['what somebody else reported', `const found = { code, cause, fix: part.fix ?? null };`],
    ['no fix', `const end = { code: 'reached', fix: '' };`],
    [
      'a word with the same ending',
      `const prefix = '10.0.0.0/8'; const all = list.map((prefix) => ({ prefix, suffix: 'x' }));`,
    ],
  ])('is allowed as %s', (_as, code) => expect(complaints(code)).toBe(0));
});
