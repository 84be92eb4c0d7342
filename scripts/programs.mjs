// node scripts/programs.mjs         bundles API, agent and CLI into one file each, because Node spends most of a start
//                                   finding and reading a thousand modules. The modules stay where tsc put them and can
//                                   still be loaded. dist/program.js loads the bundle with V8's cache of it
//                                   (scripts/bundle/program.mjs).
// node scripts/programs.mjs demo    does the same for another app
// Packages are bundled as published; only our own modules are rewritten.
//
// Processor time of a start, medians of 6 to 12 in turns, busy machine with two processors, Node 20.20.2, 2026-11-29:
// `orrery hosts`   360 ms from tsc's modules, 185 in one file without the cache, 124 as built (157 without
// contractsByName,
// 151 without bareSchemas, 199 without both); `orrery version` 79 ms (113 without the cache); Node.js alone 23 ms
//   the agent        987 ms, 377, 242 (239 without bareSchemas, which saves it 1 % of its file)
//   the API          1935 ms, 696, 368
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bareSchemas } from './bundle/bare-schemas.mjs';
import { makeCache } from './bundle/make-cache.mjs';
import { ABSENT, ON_THE_DISK } from './bundle/on-the-disk.mjs';
import { SIMULATOR, simulatorBeside, simulatorOf } from './bundle/simulator.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const apps = process.argv.length > 2 ? process.argv.slice(2) : ['api', 'agent', 'cli'];
const LOADER = join(root, 'scripts/bundle/program.mjs');
/** @type {import('esbuild').BuildOptions & { write: false }} */
const BUNDLED = {
  write: false,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  supported: { 'dynamic-import': false }, // experimental in V8 scripts; files beside a program can be required
  conditions: [], // the same as Node's
  keepNames: true, // migrations in the database and messages of Nest use them
  logLevel: 'error',
};
const FROM_INDEX = /^import \{([^}]*)\} from '@orrery\/shared\/contracts';$/gm;
const programOf = (app) => join(root, 'apps', app, 'dist/program.js');

if (!apps.every((app) => isFresh(programOf(app)))) await Promise.all(apps.map(makeProgram));

async function makeProgram(app) {
  const program = programOf(app);
  const folder = dirname(program);
  const simulator = app === 'agent' ? await simulatorOf(root, BUNDLED) : undefined;
  const { outputFiles } = await build({
    ...BUNDLED,
    absWorkingDir: root,
    entryPoints: [join(root, 'apps', app, 'dist/main.js')],
    external: [...ON_THE_DISK, ...ABSENT],
    define: { 'import.meta.url': 'programUrl' },
    plugins: [
      ...(app === 'api' ? [] : [withBareSchemas()]),
      inTheirPlaces(folder, app === 'cli' ? await contractsByName() : new Map()),
      ...(simulator ? [simulatorBeside(root, simulator.shared)] : []),
    ],
  });
  if (simulator) replace(join(folder, SIMULATOR), (draft) => writeFileSync(draft, simulator.text));
  rmSync(join(folder, 'program.cache'), { force: true });
  replace(join(folder, 'program.cjs'), (draft) => writeFileSync(draft, asFunction(outputFiles[0].text)));
  await makeCache(app, folder).catch((error) => console.error(`${app} will start slower: ${error.message}`));
  replace(program, (draft) => copyFileSync(LOADER, draft));
}

/**
 * Strict, like every module. One byte per character, which V8 reads fastest; others occur only in comments and
 * patterns.
 */
function asFunction(text) {
  const code = text.replaceAll(/[^\0-\xff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const mark = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const whole = `/*${mark}*/(function (require, programUrl) { "use strict"; const module = { exports: {} };${code}\nreturn module.exports; })`;
  return Buffer.from(whole, 'latin1');
}

function replace(file, write) {
  const draft = `${file}.${process.pid}`;
  write(draft);
  renameSync(draft, file);
}

/**
 * The module of each export of the contracts. The CLI loads a command when it is called, and importing from the index
 * would load all schemas. So imports from the index in modules of the CLI are redirected to the modules themselves.
 */
async function contractsByName() {
  const places = new Map();
  for (const path of modulesIn(join(root, 'libs/shared/dist/contracts')))
    if (!path.endsWith('index.js'))
      for (const name of Object.keys(await import(pathToFileURL(path).href))) places.set(name, path);
  return places;
}

function fromTheirPlaces(code, places) {
  if (places.size === 0) return code;
  return code.replaceAll(FROM_INDEX, (_line, names) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => `import { ${name} } from ${JSON.stringify(places.get(name.split(' ')[0]))};`)
      .join(' '),
  );
}

/** Only the API creates the document that needs the descriptions in the contracts. */
function withBareSchemas() {
  return {
    name: 'with-bare-schemas',
    setup({ onLoad }) {
      const contracts = /\/libs\/shared\/dist\/contracts\/.+\.js$/;
      onLoad({ filter: contracts }, ({ path }) => ({ contents: bareSchemas(path) }));
    },
  };
}

/** Preserves each module's `import.meta.url` from before bundling. */
function inTheirPlaces(folder, places) {
  return {
    name: 'in-their-places',
    setup({ onLoad }) {
      onLoad({ filter: /\/(apps|libs)\/[^/]+\/dist\/.+\.js$/ }, ({ path }) => {
        const place = `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url).href`;
        const code = readFileSync(path, 'utf8').replaceAll('import.meta.url', place);
        return { contents: fromTheirPlaces(code, places) };
      });
    },
  };
}

function isFresh(program) {
  const inputs = [...apps.map((app) => `apps/${app}/dist`), 'libs/shared/dist', 'libs/simulator/dist'].flatMap((path) =>
    modulesIn(join(root, path)),
  );
  const others = [
    'package-lock.json',
    'scripts/programs.mjs',
    'scripts/bundle/program.mjs',
    'scripts/bundle/bare-schemas.mjs',
    'scripts/bundle/simulator.mjs',
  ].map((path) => join(root, path));
  const made = timeOf(program);
  return [...inputs, ...others].every((path) => timeOf(path) <= made);
}

function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function modulesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js') && entry.name !== 'program.js')
    .map((entry) => join(entry.parentPath, entry.name));
}
