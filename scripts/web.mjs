// node scripts/web.mjs    bundles the dashboard (apps/web) into apps/web/dist: index.html, and files under assets/ whose names contain a
//                         hash of their content, so that browsers can keep them forever. The API serves both.
// node scripts/web.mjs --sizes    bundles it again, and says what is loaded when, and what each package adds to that
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
import { basename, dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(root, 'apps/web');
const dist = join(app, 'dist');
const INPUTS = ['apps/web/src', 'apps/web/index.html', 'package-lock.json', 'scripts/web.mjs'];
/** Fonts that the dashboard ships; their licenses go with them. */
const FONTS = ['inter', 'jetbrains-mono'];

const saysSizes = process.argv.includes('--sizes');
if (saysSizes || !isFresh()) await makePages();

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
    plugins: [allStyles()],
    legalComments: 'linked',
    metafile: true,
    outdir: join(draft, 'assets'),
    publicPath: '/assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    logLevel: 'error',
  });
  dropOtherStyles(metafile.outputs);
  if (saysSizes) saySizes(metafile.outputs);
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

/** Nothing would load the styles of a page that is itself loaded later, and all of them are small: they are in one file. */
function allStyles() {
  return {
    name: 'all-styles',
    setup({ onLoad }) {
      onLoad({ filter: /\/apps\/web\/src\/main\.tsx$/ }, ({ path }) => {
        const source = dirname(path);
        // Those of pages come last, because they may say more about a part.
        const styles = readdirSync(source, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.module.css'))
          .sort(
            (one, other) =>
              Number(one.startsWith('pages')) - Number(other.startsWith('pages')) || (one < other ? -1 : 1),
          );
        const imports = styles.map((name) => `import './${name}';`).join('\n');
        return { contents: `${readFileSync(path, 'utf8')}\n${imports}\n`, loader: 'tsx', resolveDir: source };
      });
    },
  };
}

/** esbuild also writes the styles of each page that is loaded later; they are in the first file as well. */
function dropOtherStyles(outputs) {
  for (const path of Object.keys(outputs)) {
    if (!path.endsWith('.css') || basename(path).startsWith('main-')) continue;
    rmSync(join(root, path));
    delete outputs[path];
  }
}

function saySizes(outputs) {
  const paths = Object.keys(outputs);
  const main = paths.find((path) => /\/main-\w+\.js$/.test(path)) ?? '';
  const first = new Set([main]);
  for (const path of first)
    for (const { path: next, kind } of outputs[path].imports) if (kind === 'import-statement') first.add(next);
  const chunks = paths.filter((path) => path.endsWith('.js')).sort((one) => (first.has(one) ? -1 : 1));
  let sum = 0;
  for (const path of chunks) {
    const bytes = gzipSync(readFileSync(join(root, path))).length;
    if (first.has(path)) sum += bytes;
    console.log(`${kb(bytes)}  ${first.has(path) ? 'first' : 'later'}  ${relative(dirname(main), path)}`);
  }
  console.log(`${kb(sum)}  in all before anything is shown, compressed\n\nIn that, before compression:`);
  const packages = new Map();
  for (const path of first)
    for (const [input, { bytesInOutput }] of Object.entries(outputs[path].inputs)) {
      const name = packageOf(input);
      packages.set(name, (packages.get(name) ?? 0) + bytesInOutput);
    }
  for (const [name, bytes] of [...packages].sort(([, one], [, other]) => other - one))
    console.log(`${kb(bytes)}  ${name}`);
}

function packageOf(input) {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/[^]*$/.exec(input)?.[1];
  return name ?? input.split('/').slice(0, 4).join('/');
}

function kb(bytes) {
  return `${(bytes / 1024).toFixed(1).padStart(6)} KB`;
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
