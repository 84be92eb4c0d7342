import { stripVTControlCharacters } from 'node:util';

/** @typedef {{ title: string, lines: string[] }} Failure `lines`: the first of its message */

/** Maximum length of a message at the end of a run, because often only the end of the output is kept. */
const SHOWN_LINES = 15;
const SHOWN_COLUMNS = 300;

/**
 * The tests that failed and the files that could not be run, with the reasons.
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
 * The tests in quarantine that passed at their second try, with the reason why they failed at the first.
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
 * The last lines of a run, which explain what went wrong without the rest of the output.
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
