import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failuresOf, retriedOf } from '../../scripts/testing/failures.mjs';
import { merge, mistakes, quarantine, secondTries } from '../../scripts/testing/quarantine.mjs';
import { temporaryFolder } from '../support/servers.js';

const test = (title: string, message?: string) => ({
  title,
  fullName: `suite ${title}`,
  status: message ? 'failed' : 'passed',
  failureMessages: message ? [message] : [],
});
const report = (...assertionResults: ReturnType<typeof test>[]) => ({
  numPassedTests: assertionResults.filter(({ status }) => status === 'passed').length,
  numFailedTests: assertionResults.filter(({ status }) => status === 'failed').length,
  testResults: [{ name: '/repo/test/a.spec.ts', status: 'failed', assertionResults }],
});
const listed = { file: 'test/a.spec.ts', test: 'is shaky', reason: 'the port may be taken' };

describe('the quarantine of tests', () => {
  it('names only tests that exist', () => {
    expect(mistakes(quarantine)).toEqual([]);
  });

  it('gives a second try only to a failed test that it names', () => {
    const first = report(test('is shaky', 'Error: late'), test('is wrong', 'Error: wrong'), test('is right'));
    expect(secondTries(first, [listed], '/repo')).toEqual([
      { file: '/repo/test/a.spec.ts', fullName: 'suite is shaky' },
    ]);
    expect(secondTries(first, [], '/repo')).toEqual([]);
    expect(secondTries(first, [{ ...listed, file: 'test/b.spec.ts' }], '/repo')).toEqual([]);
    expect(secondTries(report(test('is shaky')), [listed], '/repo')).toEqual([]);
  });

  it('counts the second try of those tests only, and what fails twice fails', () => {
    const first = report(test('is shaky', 'Error: late'), test('is wrong', 'Error: wrong'), test('is right'));
    const tried = secondTries(first, [listed], '/repo');
    const better = merge(first, report(test('is shaky'), test('is wrong')), tried);
    expect(better).toMatchObject({ numPassedTests: 2, numFailedTests: 1 });
    expect(failuresOf(better).map(({ title }) => title)).toEqual(['suite is wrong']);
    expect(retriedOf(better)).toEqual([{ title: 'suite is shaky', lines: ['Error: late'] }]);
    const worse = merge(first, report(test('is shaky', 'Error: late')), tried);
    expect(worse).toMatchObject({ numPassedTests: 1, numFailedTests: 2 });
  });
});

describe('the check of the quarantine', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder('quarantine');
    await mkdir(join(folder, 'test'));
    const spec = "it('is shaky', () => 1);\nit.each([1, 2])('counts %s', () => 1);\n// 'is named in a comment'\n";
    await writeFile(join(folder, 'test/a.spec.ts'), spec);
  });

  it('accepts a test that exists and has a reason', () => {
    expect(mistakes([listed, { ...listed, test: 'counts %s' }], folder)).toEqual([]);
  });

  it('refuses a test or file that does not exist, and an entry without a reason', () => {
    const named = { ...listed, test: 'is named in a comment' };
    const moved = { ...listed, file: 'test/b.spec.ts' };
    expect(mistakes([named, moved, { ...listed, reason: ' ' }], folder)).toEqual([
      "test/a.spec.ts has no test 'is named in a comment'",
      'test/b.spec.ts does not exist',
      "test/a.spec.ts, 'is shaky': no reason is given",
    ]);
  });
});
