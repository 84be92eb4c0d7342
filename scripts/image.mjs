// node scripts/image.mjs FOLDER APP…    copies everything that an image with these apps needs: their programs, and the
//                                       packages that they load from disk
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BY_NAME, ON_THE_DISK } from './bundle/on-the-disk.mjs';
import { packagesNamed, PROGRAM } from './bundle/packages.mjs';
import { SIMULATOR } from './bundle/simulator.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [folder, ...apps] = process.argv.slice(2);
if (!folder || apps.length === 0) {
  console.error('Usage: node scripts/image.mjs FOLDER APP…');
  process.exit(2);
}

const partsOf = (app) => (app === 'agent' ? [...PROGRAM, SIMULATOR] : PROGRAM);
const own = apps.flatMap((app) => [
  `apps/${app}/package.json`,
  ...partsOf(app).map((name) => `apps/${app}/dist/${name}`),
]);
// The API serves the pages from where they lie beside it.
const pages = apps.includes('api') ? filesUnder('apps/web/dist') : [];
const beside = ON_THE_DISK.filter((name) => apps.some((app) => new RegExp(`["']${name}["'/]`).test(programOf(app))));
const needed = [...beside, ...apps.flatMap((app) => BY_NAME[app] ?? [])];
const files = [
  ...['LICENSE', 'NOTICE', ...own, ...pages].map((path) => ({ from: join(root, path), to: path })),
  ...packagesNamed(root, needed, `${process.platform}-${process.arch}`),
];
for (const { from, to } of files) {
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  copyFileSync(from, join(folder, to));
  chmodSync(join(folder, to), 0o644);
}
console.log(`${files.length} files for ${apps.join(', ')}`);

function filesUnder(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function programOf(app) {
  return readFileSync(join(root, 'apps', app, 'dist/program.cjs'), 'utf8');
}
