/** More failed files than this are no bad luck: they are not tried again. */
const MOST_FILES = 6;

/**
 * The files that are worth a second try.
 * @param {any} report as written by `jest --json`
 * @returns {string[]}
 */
export function failedFiles({ testResults = [] }) {
  const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return failed.length <= MOST_FILES ? failed : [];
}

/**
 * One report of two runs: of a file that ran twice the second run counts, and what passed only then keeps the reason why it failed at first.
 * @param {any} first as written by `jest --json`
 * @param {any} second of some of its files
 */
export function merge(first, second) {
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  const testResults = first.testResults.map((file) =>
    again.has(file.name) ? since(file, again.get(file.name)) : file,
  );
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const having = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
  return {
    testResults,
    numPassedTests: having('passed'),
    numFailedTests: having('failed'),
    numPendingTests: having('pending', 'skipped', 'disabled'),
    numTodoTests: having('todo'),
    numTotalTestSuites: testResults.length,
    numRuntimeErrorTestSuites: testResults.filter(couldNotRun).length,
  };
}

const couldNotRun = ({ status, assertionResults }) =>
  status === 'failed' && !assertionResults.some((test) => test.status === 'failed');

function since(before, now) {
  const reasons = new Map(before.assertionResults.map((test) => [test.fullName, test.failureMessages ?? []]));
  const wholeFile = couldNotRun(before) ? [before.message] : [];
  const assertionResults = now.assertionResults.map((test, n) => ({
    ...test,
    retryReasons: reasons.get(test.fullName) ?? (n === 0 ? wholeFile : []),
  }));
  return { ...now, assertionResults };
}
