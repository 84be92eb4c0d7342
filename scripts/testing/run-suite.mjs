import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failuresOf, retriedOf } from './failures.mjs';
import { merge, quarantine, secondTries } from './quarantine.mjs';

/**
 * @typedef {import('./failures.mjs').Failure} Failure
 * @typedef {{ passed: number, failed: number, skipped: number, files: number, failures: Failure[], retried: Failure[], note?: string }} Counts
 *   `retried`: tests in quarantine that passed at their second try
 */

/**
 * A suite that takes five times its budget for an idle machine is considered hung: it is ended and counts as failed.
 */
const PATIENCE = 5;

/**
 * Runs one suite in its own jest process and counts the results.
 * @param {import('./suites.mjs').Suite} suite
 * @param {{ root: string, paths: string[], env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Counts>}
 */
export async function runSuite(suite, { root, paths, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-report-'));
  try {
    const first = await jest(suite, join(folder, 'first.json'), { root, args: paths, env });
    const again = first.report && !first.end.hung ? secondTries(first.report, quarantine) : [];
    if (again.length === 0) return count(first.report, first.end);
    console.log(`\n=== ${suite.name}, a second try for ${again.length} tests in quarantine`);
    const names = again.map(({ fullName }) => fullName.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const args = ['--runInBand', '--testNamePattern', `^(${names.join('|')})$`, '--runTestsByPath'];
    const files = new Set(again.map(({ file }) => file));
    const second = await jest(suite, join(folder, 'second.json'), { root, args: [...args, ...files], env });
    if (!second.report || second.end.hung) return count(first.report, first.end);
    const merged = merge(first.report, second.report, again);
    return count(merged, failuresOf(merged).length > 0 ? first.end : { code: 0, hung: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Combines the report with the way jest ended. A suite that crashed, hung or failed without naming a test counts as one
 * failure; so does each file that could not be run.
 * @param {any} report as written by `jest --json`
 * @param {{ code: number | null, hung: boolean }} end
 * @returns {Counts}
 */
export function count(report, { code, hung }) {
  if (hung || !report) {
    const done = report
      ? count(report, { code: 0, hung: false })
      : { passed: 0, failed: 0, skipped: 0, files: 0, failures: [], retried: [] };
    return { ...done, failed: done.failed + 1, note: hung ? 'it hung and was killed' : `it crashed (exit ${code})` };
  }
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const unnamed = code !== 0 && failed === 0;
  return {
    passed: report.numPassedTests,
    failed: unnamed ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    files: report.numTotalTestSuites,
    failures: failuresOf(report),
    retried: retriedOf(report),
    ...(unnamed && { note: `jest exited with ${code} although no test failed` }),
  };
}

/** Runs jest once; returns how it ended, and its report if it wrote one. */
async function jest(suite, file, { root, args, env }) {
  const end = await run(suite, file, { root, args, env });
  return { end, report: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined };
}

function run(suite, report, { root, args, env }) {
  const flags = ['--json', `--outputFile=${report}`, '--passWithNoTests', '--silent=false'];
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...node, join(root, 'node_modules/jest/bin/jest.js'), ...flags, ...args], {
    cwd: root,
    env: { ...env, ORRERY_SUITE: suite.name },
    stdio: ['ignore', 'ignore', 'inherit'], // stdout carries the report once more
  });
  // A signal to us is meant for the suite, too.
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    process.exit(130);
  };
  process.once('SIGTERM', pass).once('SIGINT', pass);
  return new Promise((resolve, reject) => {
    let hung = false;
    const patience = setTimeout(
      () => {
        hung = true;
        child.kill('SIGKILL');
      },
      suite.budget * PATIENCE * 1000,
    );
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(patience);
      process.off('SIGTERM', pass).off('SIGINT', pass);
      resolve({ code, hung });
    });
  });
}
