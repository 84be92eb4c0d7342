import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bench = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/bench.mjs', ...words], {
    cwd: root,
    env: { PATH: process.env['PATH'], DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
    encoding: 'utf8',
  });

describe('npm run bench', () => {
  it('says what is missing when there is no engine, and measures nothing', () => {
    const { status, stdout, stderr } = bench('launch');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/no Docker Engine answers at unix:\/\/\/nonexistent.*\nFix: /);
  });

  it.each([
    [[], 'Choose what to measure: attach, burst, '],
    [['lunch'], 'Choose what to measure: attach, burst, '],
    [['launch', '--rounds', '0'], 'whole number'],
    [['launch', '-o', 'yaml'], 'text or json'],
    [['launch', '--fast'], "'--fast'"],
  ])('refuses %j and shows its usage', (words, why) => {
    const { status, stderr } = bench(...words);
    expect([status, stderr]).toEqual([2, expect.stringContaining(why)]);
    expect(stderr).toMatch(/Usage: npm run bench -- \S*launch/);
  });
});
