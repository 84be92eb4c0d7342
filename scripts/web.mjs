// node scripts/web.mjs    bundles the dashboard (apps/web) into apps/web/dist: index.html, and files under assets/ whose names contain a
//                         hash of their content, so that browsers can keep them forever. The API serves both.
import { build } from 'esbuild';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(root, 'apps/web');
const dist = join(app, 'dist');
const INPUTS = ['apps/web/src', 'apps/web/index.html', 'package-lock.json', 'scripts/web.mjs'];
/** Fonts that the dashboard ships; their licenses go with them. */
const FONTS = ['inter', 'jetbrains-mono'];

if (!isFresh()) await makePages();

async function makePages() {
  const draft = `${dist}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(app, 'src/main.tsx'), join(app, 'src/style/icon.svg')],
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    target: ['chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.woff2': 'file', '.svg': 'copy' },
    legalComments: 'linked',
    metafile: true,
    outdir: join(draft, 'assets'),
    publicPath: '/assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    logLevel: 'error',
  });
  const made = Object.keys(metafile.outputs).map((path) => `/assets/${basename(path)}`);
  const one = (pattern) => {
    const found = made.find((path) => pattern.test(path));
    if (!found) throw new Error(`the build of apps/web made nothing like ${pattern}`);
    return found;
  };
  const places = {
    script: one(/\/main-\w+\.js$/),
    style: one(/\/main-\w+\.css$/),
    font: one(/\/inter-.+\.woff2$/),
    icon: one(/\/icon-\w+\.svg$/),
  };
  const page = readFileSync(join(app, 'index.html'), 'utf8');
  writeFileSync(
    join(draft, 'index.html'),
    page.replaceAll(/\{\{(\w+)\}\}/g, (_all, name) => places[name]),
  );
  mkdirSync(join(draft, 'licenses'));
  for (const font of FONTS)
    copyFileSync(
      join(root, 'node_modules/@fontsource-variable', font, 'LICENSE'),
      join(draft, `licenses/${font}-OFL.txt`),
    );
  rmSync(dist, { recursive: true, force: true });
  renameSync(draft, dist);
}

function isFresh() {
  const made = timeOf(join(dist, 'index.html'));
  return INPUTS.every((path) => newest(join(root, path)) <= made);
}

function newest(path) {
  if (!statSync(path).isDirectory()) return timeOf(path);
  return Math.max(timeOf(path), ...readdirSync(path).map((name) => newest(join(path, name))));
}

function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
