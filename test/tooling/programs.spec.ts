import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/servers.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The packages from which a program has loaded files of node_modules by the time it reads its settings, which are wrong
 * here.
 */
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
  it('contains the whole API: no package is loaded beside it, so nothing is there twice', () => {
    expect(packagesLoadedBy('apps/api/dist/program.js')).toEqual([]);
  }, 60_000);

  it('differs from the output of tsc: the control', () => {
    expect(packagesLoadedBy('apps/api/dist/main.js')).toEqual(expect.arrayContaining(['pg', 'typeorm']));
  }, 60_000);

  it('contains the whole agent except its journal, which is compiled code', () => {
    const packages = packagesLoadedBy('apps/agent/dist/program.js');
    expect(packages).toContain('classic-level');
    expect(packages).not.toContain('rxjs');
    expect(packagesLoadedBy('apps/agent/dist/main.js')).toContain('rxjs');
  }, 60_000);

  it('has the descriptions of schemas only in the API, which builds the OpenAPI document from them', async () => {
    const said = 'Id of the command.';
    const programs = await Promise.all(
      ['api', 'agent', 'cli'].map((app) => readFile(join(root, 'apps', app, 'dist/program.cjs'), 'latin1')),
    );
    expect(programs.map((program) => program.includes(said))).toEqual([true, false, false]);
  });
});

describe('the V8 code cache from the build of a program', () => {
  const APPS = ['api', 'agent', 'cli'];
  const file = (app: string, name: string) => join(root, 'apps', app, 'dist', name);

  it.each(APPS)('is accepted by the V8 of that build: %s', (app) => {
    const took = (code: string) => `
      const { readFileSync: read } = require('node:fs');
      const cachedData = read('${file(app, 'program.cache')}').subarray(16);
      const script = new (require('node:vm').Script)(${code}, { cachedData });
      console.log(!script.cachedDataRejected);`;
    const answer = (code: string) =>
      spawnSync(process.execPath, ['-e', took(code)], { encoding: 'utf8' }).stdout.trim();
    const code = `read('${file(app, 'program.cjs')}', 'latin1')`;
    expect([answer(code), answer(`${code} + ' '`)]).toEqual(['true', 'false']);
  });

  it('belongs to exactly that code', async () => {
    for (const app of APPS) {
      const [code, cache] = await Promise.all(
        ['program.cjs', 'program.cache'].map((name) => readFile(file(app, name))),
      );
      expect(code?.subarray(2, 18)).toEqual(cache?.subarray(0, 16));
    }
  });

  it('can be missing, broken, or of other code: the program runs without it', async () => {
    const folder = join(await temporaryFolder('program'), 'apps/cli/dist');
    await mkdir(folder, { recursive: true });
    await writeFile(join(dirname(folder), 'package.json'), '{"type":"module","version":"0.0.7"}');
    for (const name of ['program.js', 'program.cjs']) await copyFile(file('cli', name), join(folder, name));
    const cache = await readFile(file('cli', 'program.cache'));
    const version = () => spawnSync(process.execPath, [join(folder, 'program.js'), '--version'], { encoding: 'utf8' });
    for (const other of [undefined, cache.subarray(0, cache.length / 2), Buffer.concat([Buffer.alloc(16), cache])]) {
      if (other) await writeFile(join(folder, 'program.cache'), other);
      const { status, stdout } = version();
      expect([status, stdout]).toEqual([0, expect.stringContaining('0.0.7')]);
    }
  });
});
