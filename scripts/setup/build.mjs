// Builds if the sources differ from the last build. Compares contents, because git and editors change file times.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun, npm } from './run.mjs';

const FILES = [
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'scripts/programs.mjs',
  'scripts/web.mjs',
  'scripts/bundle/program.mjs',
  'scripts/bundle/simulator.mjs',
];
const FOLDERS = ['apps', 'libs'];
const IGNORED = new Set(['dist', 'node_modules', 'coverage']);
const PAGES = 'apps/web/dist/index.html';
const PROGRAMS = ['apps/api/dist/program.js', 'apps/agent/dist/program.js', 'apps/cli/dist/program.js'];

/** @param {string} root */
export function isBuilt(root) {
  const programs = PROGRAMS.filter((path) => existsSync(join(root, dirname(dirname(path)), 'src/main.ts')));
  if (programs.some((path) => !existsSync(join(root, path)))) return false;
  if (existsSync(join(root, 'apps/web/src')) && !existsSync(join(root, PAGES))) return false;
  return existsSync(stampOf(root)) && readFileSync(stampOf(root), 'utf8') === hashOfSources(root);
}

/** @param {string} root */
export async function build(root) {
  const hash = hashOfSources(root);
  await mustRun(npm('run', 'build', '--silent'), { cwd: root });
  mkdirSync(dirname(stampOf(root)), { recursive: true });
  writeFileSync(stampOf(root), hash);
}

function stampOf(root) {
  return join(root, 'apps/api/dist/built-sources'); // removed together with dist
}

function hashOfSources(root) {
  const hash = createHash('sha256');
  for (const path of [...FILES, ...FOLDERS.flatMap((folder) => filesUnder(root, folder))]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !IGNORED.has(name) && !name.endsWith('.spec.ts'))
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .sort();
}
