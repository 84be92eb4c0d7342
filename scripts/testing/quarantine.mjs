// node scripts/testing/quarantine.mjs    fails on an entry that matches no test (a step of `npm run check`)
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ file: string, test: string, reason: string }} Quarantined `file`: path from the root of the repository;
 *   `test`: its title in the spec; `reason`: why it fails now and then, and who fixes it
 */

/**
 * Tests that get a second try until their cause is fixed. The list should be empty; the end of `npm test` shows its
 * size.
 * @type {Quarantined[]}
 */
export const quarantine = [];

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Entries that match no test or have no reason, because a neglected list hides other failures.
 * @param {Quarantined[]} list
 * @returns {string[]}
 */
export function mistakes(list, folder = root) {
  return list.flatMap(({ file, test, reason }) => {
    const path = join(folder, file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    const wrong = [];
    if (text === undefined) wrong.push(`${file} does not exist`);
    else if (!titles(text).includes(test)) wrong.push(`${file} has no test '${test}'`);
    if (!reason.trim()) wrong.push(`${file}, '${test}': no reason is given`);
    return wrong;
  });
}

/** Titles as written in a spec, including the placeholders of `it.each`. */
const titles = (text) =>
  [...text.matchAll(/\b(?:it|test)\b[^'"`]*?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , title]) =>
    title.replace(/\\(.)/g, '$1'),
  );

/**
 * The failed tests that are in quarantine.
 * @param {any} report as written by `jest --json`
 * @param {Quarantined[]} list
 * @returns {{ file: string, fullName: string }[]}
 */
export function secondTries({ testResults = [] }, list, folder = root) {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, title }) => status === 'failed' && isListed(list, { path: name, title }, folder))
      .map(({ fullName }) => ({ file: name, fullName })),
  );
}

const isListed = (list, { path, title }, folder) =>
  list.some(({ file, test }) => join(folder, file) === path && test === title);

/**
 * Merges the reports of two runs. A retried test has the result of its second try and, if it passed, the reason for its
 * first failure.
 * @param {any} first as written by `jest --json`
 * @param {any} second of the tests that were tried again
 * @param {{ file: string, fullName: string }[]} tried
 */
export function merge(first, second, tried) {
  const again = new Map();
  for (const { name, assertionResults } of second.testResults)
    for (const test of assertionResults) again.set(`${name} ${test.fullName}`, test);
  const testResults = first.testResults.map((file) => ({
    ...file,
    assertionResults: file.assertionResults.map((test) => {
      const isTried = tried.some(({ file: name, fullName }) => name === file.name && fullName === test.fullName);
      const now = again.get(`${file.name} ${test.fullName}`);
      return isTried && now?.status === 'passed' ? { ...now, retryReasons: test.failureMessages ?? [] } : test;
    }),
  }));
  const passedNow = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ retryReasons = [] }) => retryReasons.length > 0).length;
  return {
    ...first,
    testResults,
    numPassedTests: first.numPassedTests + passedNow,
    numFailedTests: first.numFailedTests - passedNow,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wrong = mistakes(quarantine);
  for (const line of wrong) console.error(line);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
