import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The packages of which a program has loaded files from node_modules when it reads its settings, which are wrong here. */
function packagesLoadedBy(path: string): string[] {
  const told = `process.on('exit', () => console.error(JSON.stringify(Object.keys(require.cache))))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', `${told}; import('./${path}')`], {
    cwd: root,
    env: { PATH: '', ORRERY_LOG_LEVEL: 'wrong' },
    encoding: 'utf8',
  });
  expect(stdout + stderr).toContain('ORRERY_LOG_LEVEL');
  const files = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as string[];
  const names = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.slice(1) ?? []);
  return [...new Set(names)].sort();
}

describe('a program in one file', () => {
  it('is the whole API: no package is loaded beside it, and so nothing twice', () => {
    expect(packagesLoadedBy('apps/api/dist/program.js')).toEqual([]);
  }, 60_000);

  it('is not what tsc makes of it: the control', () => {
    expect(packagesLoadedBy('apps/api/dist/main.js')).toEqual(expect.arrayContaining(['pg', 'typeorm']));
  }, 60_000);

  it('is the whole agent but for its journal, which is compiled code', () => {
    const packages = packagesLoadedBy('apps/agent/dist/program.js');
    expect(packages).toContain('classic-level');
    expect(packages).not.toContain('rxjs');
    expect(packagesLoadedBy('apps/agent/dist/main.js')).toContain('rxjs');
  }, 60_000);
});
