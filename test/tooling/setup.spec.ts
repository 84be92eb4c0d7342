import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, isBuilt } from '../../scripts/setup/build.mjs';
import { isInstalled } from '../../scripts/setup/install.mjs';
import { readSettings } from '../../scripts/start/settings.mjs';
import { temporaryFolder } from '../support/servers-run.js';

async function write(root: string, files: Record<string, unknown>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

describe('Packages', () => {
  const wanted = {
    '': { name: 'orrery' },
    'apps/api': { version: '0.1.0' },
    'node_modules/@orrery/api': { link: true },
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/mac-only': { version: '1.0.0', optional: true },
  };
  const installed = { 'node_modules/zod': { version: '4.6.7' } };

  async function tree(packages: object | undefined): Promise<string> {
    const root = await temporaryFolder('packages');
    await write(root, { 'package-lock.json': { packages: wanted }, 'node_modules/@orrery/api': '' });
    if (packages) await write(root, { 'node_modules/.package-lock.json': { packages } });
    return root;
  }

  it('are installed when those of the lock file are there; those for other machines can be absent', async () => {
    expect(isInstalled(await tree(installed))).toBe(true);
  });

  it('are not installed without node_modules, with another version, or with one missing', async () => {
    expect(isInstalled(await tree(undefined))).toBe(false);
    expect(isInstalled(await tree({ 'node_modules/zod': { version: '4.0.0' } }))).toBe(false);
    expect(isInstalled(await tree({}))).toBe(false);
    const unlinked = await tree(installed);
    await rm(join(unlinked, 'node_modules/@orrery/api'));
    expect(isInstalled(unlinked)).toBe(false);
  });
});

describe('The build', () => {
  let root: string;

  beforeEach(async () => {
    root = await temporaryFolder('build');
    const script = "node -e \"require('fs').appendFileSync('apps/api/dist/program.js', 'x')\"";
    await write(root, {
      'package.json': { scripts: { build: script } },
      'package-lock.json': '{}',
      'tsconfig.base.json': '{}',
      'scripts/programs.mjs': '',
      'scripts/web.mjs': '',
      'scripts/bundle/program.mjs': '',
      'scripts/bundle/simulator.mjs': '',
      'apps/api/src/main.ts': 'one',
      'apps/api/dist/other.js': '',
      'libs/shared/src/a.ts': 'one',
    });
    await build(root);
  });

  it('is done once for the same sources, whatever the modification times are', async () => {
    expect(isBuilt(root)).toBe(true);
    await write(root, { 'libs/shared/src/a.ts': 'one' });
    expect(isBuilt(root)).toBe(true);
    expect(await readFile(join(root, 'apps/api/dist/program.js'), 'utf8')).toBe('x');
  });

  it('is due when a source changed, appeared or disappeared, but not for a spec', async () => {
    await write(root, { 'libs/shared/src/a.spec.ts': 'two' });
    expect(isBuilt(root)).toBe(true);
    await write(root, { 'libs/shared/src/a.ts': 'two' });
    expect(isBuilt(root)).toBe(false);
    await write(root, { 'libs/shared/src/a.ts': 'one', 'libs/shared/src/b.ts': '' });
    expect(isBuilt(root)).toBe(false);
    await rm(join(root, 'libs/shared/src/b.ts'));
    expect(isBuilt(root)).toBe(true);
  });

  it('is due when its output is gone', async () => {
    await rm(join(root, 'apps/api/dist/program.js'));
    expect(isBuilt(root)).toBe(false);
  });

  it('is not done when it failed, and the end of its output is the error', async () => {
    await write(root, { 'package.json': { scripts: { build: 'echo broken at line 7; exit 3' } } });
    await expect(build(root)).rejects.toThrow(/`npm run build.*` failed with exit code 3:\nbroken at line 7/);
    expect(isBuilt(root)).toBe(false);
  });
});

describe('The options of npm start', () => {
  it('have defaults', () => {
    expect(readSettings([], { HOME: '/home/me' })).toMatchObject({
      port: 7070,
      url: 'http://127.0.0.1:7070',
      detach: false,
      simulate: undefined,
    });
  });

  it.each([
    [['--simulate'], 3],
    [['--simulate', '5'], 5],
    [['--simulate=7'], 7],
    [['--no-simulate'], 0],
    [['--simulate', '--detach'], 3],
  ])('accept %j', (args, simulate) => {
    expect(readSettings(args, {})).toMatchObject({ simulate, detach: args.includes('--detach') });
  });

  it('name a wrong flag, number or port', () => {
    expect(() => readSettings(['--simulat'], {})).toThrow('--simulat');
    expect(() => readSettings(['--simulate=many'], {})).toThrow('a number up to 99');
    expect(() => readSettings([], { ORRERY_PORT: '99999' })).toThrow('ORRERY_PORT is not a valid port: 99999');
    expect(() => readSettings([], { ORRERY_PORT: '65535' })).not.toThrow();
  });

  it('include a URL that can be opened, also when it listens everywhere', () => {
    expect(readSettings([], { ORRERY_LISTEN: '0.0.0.0', ORRERY_PORT: '81' }).url).toBe('https://127.0.0.1:81');
    expect(readSettings(['--listen', '0.0.0.0', '--url', 'https://orrery.lan'], {})).toMatchObject({
      tls: true,
      listen: '0.0.0.0',
      publicUrl: 'https://orrery.lan',
    });
    expect(readSettings([], { ORRERY_LISTEN: '::1' }).url).toBe('http://[::1]:7070');
  });
});
