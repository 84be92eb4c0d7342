import { describe, expect, it } from '@jest/globals';
import { failuresOf, retriedOf } from '../../scripts/testing/failures.mjs';
import { failedFiles, merge } from '../../scripts/testing/second-try.mjs';

const test = (fullName: string, message?: string) => ({
  fullName,
  status: message ? 'failed' : 'passed',
  failureMessages: message ? [message] : [],
});
type Test = ReturnType<typeof test>;
const file = (name: string, ...assertionResults: Test[]) => ({
  name,
  status: assertionResults.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
  message: '',
  assertionResults,
});
const unreadable = { name: 'c', status: 'failed', message: 'SyntaxError: what', assertionResults: [] as Test[] };
const first = {
  testResults: [
    file('a', test('A1', 'Error: late'), test('A2', 'Error: wrong'), test('A3')),
    file('b', test('B')),
    unreadable,
  ],
};

describe('A second try of npm test', () => {
  it('is for the files that failed, unless there are many', () => {
    expect(failedFiles(first)).toEqual(['a', 'c']);
    const many = Array.from({ length: 7 }, (_, n) => file(`f${n}`, test('F', 'Error: no')));
    expect(failedFiles({ testResults: many })).toEqual([]);
  });

  it('replaces the first, and what fails twice fails', () => {
    const second = {
      testResults: [file('a', test('A1'), test('A2', 'Error: wrong'), test('A3')), file('c', test('C'))],
    };
    const merged = merge(first, second);
    const counts = { numPassedTests: 4, numFailedTests: 1, numRuntimeErrorTestSuites: 0, numTotalTestSuites: 3 };
    expect(merged).toMatchObject({ ...counts, numPendingTests: 0 });
    expect(failuresOf(merged).map(({ title }) => title)).toEqual(['A2']);
    expect(retriedOf(merged)).toEqual([
      { title: 'A1', lines: ['Error: late'] },
      { title: 'C', lines: ['SyntaxError: what'] },
    ]);
  });

  it('that cannot be run either is a failure', () => {
    const merged = merge(first, { testResults: [file('a', test('A1'), test('A2'), test('A3')), unreadable] });
    expect(merged).toMatchObject({ numFailedTests: 0, numRuntimeErrorTestSuites: 1 });
  });
});
