import { stripVTControlCharacters } from 'node:util';

/** @typedef {{ title: string, lines: string[] }} Failure `lines`: the first of its message */

/** Of a message so much is shown at the end of a run: often the end is all that is kept of what a run prints. */
const SHOWN_LINES = 15;
const SHOWN_COLUMNS = 300;

/**
 * What failed, with why: the tests, and the files that could not be run.
 * @param {any} report as written by `jest --json`
 * @returns {Failure[]}
 */
export function failuresOf({ testResults = [] }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0)
      return [{ title: `${name} could not be run`, lines: firstLines(message) }];
    return failed.map((test) => ({ title: test.fullName, lines: firstLines(test.failureMessages?.[0]) }));
  });
}

/**
 * What passed at its second try (tests in quarantine), with why it failed at its first.
 * @param {any} report as written by `jest --json`
 * @returns {Failure[]}
 */
export function retriedOf({ testResults = [] }) {
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status, retryReasons = [] }) => status === 'passed' && retryReasons.length > 0)
      .map(({ fullName, retryReasons }) => ({ title: fullName, lines: firstLines(retryReasons[0]) })),
  );
}

/**
 * The lines with which a run ends, so that they tell what went wrong without the rest.
 * @param {{ failures: Failure[], retried: Failure[] }} counts
 * @returns {string[]}
 */
export function summaryLines({ failures, retried }) {
  return [
    ...failures.flatMap(({ title, lines }) => [`✗ ${title}`, ...lines.map((line) => `    ${line}`)]),
    ...retried.map(({ title, lines }) => `⟳ ${title}: ${lines[0] ?? 'no reason given'}`),
  ];
}

/** Without colors, empty lines, and stack frames inside jest and Node. */
function firstLines(message = '') {
  const lines = stripVTControlCharacters(message).split('\n');
  return lines
    .filter((line) => line.trim() && !/^\s+at .*(node_modules|node:internal|new Promise)/.test(line))
    .slice(0, SHOWN_LINES)
    .map((line) => line.slice(0, SHOWN_COLUMNS));
}
