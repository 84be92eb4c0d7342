import { describe, expect, it } from '@jest/globals';
import { failuresOf, retriedOf, summaryLines } from '../../scripts/testing/failures.mjs';

const message = (lines: number) =>
  ['\u001b[31mError: it is 1\u001b[39m', '', ...Array.from({ length: lines }, (_, n) => `line ${n}`)].join('\n');
const stack = '\n    at it (/x/a.spec.ts:3:1)\n    at run (/x/node_modules/jest-circus/build/run.js:1:1)';
const test = (fullName: string, more: object) => ({
  fullName,
  status: 'passed',
  failureMessages: [],
  retryReasons: [],
  ...more,
});
const report = {
  testResults: [
    {
      name: 'a.spec.ts',
      status: 'failed',
      message: 'all of it',
      assertionResults: [
        test('A works', { status: 'failed', failureMessages: [message(40)], retryReasons: [message(1)] }),
        test('B works', { status: 'failed', failureMessages: [`Error: it is 2${stack}`] }),
        test('C works', {}),
        test('D works', { retryReasons: [message(3)] }),
      ],
    },
    { name: 'e.spec.ts', status: 'failed', message: 'SyntaxError: what is this', assertionResults: [] },
  ],
};

describe('The end of npm test', () => {
  it('shows the first fifteen meaningful lines of a failure', () => {
    const [a, b] = failuresOf(report);
    expect(a?.title).toBe('A works');
    expect(a?.lines.slice(0, 2)).toEqual(['Error: it is 1', 'line 0']);
    expect(a?.lines).toHaveLength(15);
    expect(b).toEqual({ title: 'B works', lines: ['Error: it is 2', '    at it (/x/a.spec.ts:3:1)'] });
  });

  it('shows why a file could not be run', () => {
    expect(failuresOf(report)[2]).toEqual({
      title: 'e.spec.ts could not be run',
      lines: ['SyntaxError: what is this'],
    });
  });

  it('shows tests that passed only at their second try, and not those that failed twice', () => {
    expect(retriedOf(report).map(({ title, lines }) => [title, lines[0]])).toEqual([['D works', 'Error: it is 1']]);
  });

  it('is short: a mark before each, the message below a failure, one line for a test that passed at last', () => {
    const lines = summaryLines({ failures: failuresOf(report), retried: retriedOf(report) });
    expect(lines).toContain('✗ B works');
    expect(lines[lines.indexOf('✗ B works') + 1]).toBe('    Error: it is 2');
    expect(lines.at(-1)).toBe('⟳ D works: Error: it is 1');
    expect(summaryLines({ failures: [], retried: [] })).toEqual([]);
  });
});
