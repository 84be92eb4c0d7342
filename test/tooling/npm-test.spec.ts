import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { count } from '../../scripts/testing/run-suite.mjs';
import { parseArguments, suites, whyLeftOut } from '../../scripts/testing/suites.mjs';

const report = {
  numPassedTests: 3,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  numTotalTestSuites: 2,
};
const ended = (code: number | null, hung = false) => ({ code, hung });

describe('The counts of npm test', () => {
  it('take over the counts of Jest', () => {
    expect(count(report, ended(0))).toEqual({ passed: 3, failed: 0, skipped: 1, files: 2, failures: [], retried: [] });
    expect(count({ ...report, numFailedTests: 2 }, ended(1))).toMatchObject({ passed: 3, failed: 2 });
  });

  it('include a file that could not be run as a failure', () => {
    expect(count({ ...report, numRuntimeErrorTestSuites: 1 }, ended(1))).toMatchObject({ failed: 1 });
  });

  it('include a suite that crashed, hung, or ended badly without a failed test as a failure', () => {
    expect(count(undefined, ended(139))).toMatchObject({ passed: 0, failed: 1 });
    expect(count(report, ended(null, true))).toMatchObject({ passed: 3, failed: 1 });
    expect(count(report, ended(1))).toMatchObject({ passed: 3, failed: 1 });
  });
});

describe('The suites of npm test', () => {
  const engine = { reachable: true as const, address: 'unix:///var/run/docker.sock', version: '26' };
  const noEngine = { reachable: false as const, reason: 'no engine', fix: 'get one' };
  const named = (name: string) => suites.find((suite) => suite.name === name)!;

  it('are everything, or the named suites, narrowed by paths', () => {
    expect(parseArguments([])).toEqual({ chosen: suites, paths: [] });
    expect(parseArguments(['int', 'some/path'])).toEqual({ chosen: [named('int')], paths: ['some/path'] });
  });

  it('leave out Docker without an engine, the compose file without its images, and pages without a browser, and say how to get them', () => {
    expect(whyLeftOut(named('docker'), noEngine, {})).toBe('no engine. Fix: get one');
    expect(whyLeftOut(named('docker'), engine, {})).toBeUndefined();
    expect(whyLeftOut(named('compose'), engine, {})).toContain('ORRERY_COMPOSE=1');
    expect(whyLeftOut(named('compose'), engine, { ORRERY_COMPOSE: '1' })).toBeUndefined();
    expect(whyLeftOut(named('browser'), noEngine, { PATH: '/nowhere' })).toContain('apt-get install chromium');
    expect(whyLeftOut(named('browser'), noEngine, { ORRERY_CHROMIUM: process.execPath })).toBeUndefined();
    expect(whyLeftOut(named('unit'), noEngine, {})).toBeUndefined();
  });

  it('have the time budgets that test/README.md shows, fifteen minutes together without an engine', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `(\w+)` \|.*\| (\d+) s \|$/gm)].map(([, name, budget]) => [
      name,
      Number(budget),
    ]);
    expect(rows).toEqual(suites.map(({ name, budget }) => [name, budget]));
    const everywhere = suites.filter(({ needs }) => needs === undefined);
    expect(everywhere.reduce((sum, { budget }) => sum + budget, 0)).toBeLessThanOrEqual(15 * 60);
  });
});
