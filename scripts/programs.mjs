// node scripts/programs.mjs         API, agent and CLI, each in one file: what Node spends most of a start on is finding and reading a
//                                   thousand modules. The modules stay where tsc put them; whoever wants one of them loads that.
// node scripts/programs.mjs demo    the same of another app
import { build } from 'esbuild';
import { readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ABSENT, ON_THE_DISK } from './bundle/on-the-disk.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const apps = process.argv.length > 2 ? process.argv.slice(2) : ['api', 'agent', 'cli'];
const programOf = (app) => join(root, 'apps', app, 'dist/program.js');

if (!apps.every((app) => isFresh(programOf(app)))) await Promise.all(apps.map(makeProgram));

async function makeProgram(app) {
  const program = programOf(app);
  const draft = `${program}.${process.pid}`;
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'apps', app, 'dist/main.js')],
    outfile: draft,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: [], // exactly what Node would load
    keepNames: true, // of migrations in the database, and in what Nest says
    external: [...ON_THE_DISK, ...ABSENT],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    plugins: [inTheirPlaces(dirname(program))],
    logLevel: 'error',
  });
  renameSync(draft, program);
}

/** What is true of a module because of where it lies stays true when it lies in the program. */
function inTheirPlaces(folder) {
  return {
    name: 'in-their-places',
    setup({ onLoad }) {
      onLoad({ filter: /\/(apps|libs)\/[^/]+\/dist\/.+\.js$/ }, ({ path }) => {
        const place = `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url).href`;
        return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', place) };
      });
      // It looks in TypeORM for what older ones had, by a way that nobody sees: that would load a second TypeORM.
      onLoad({ filter: /@nestjs\/typeorm\/dist\/common\/typeorm-compat\.js$/ }, ({ path }) => {
        const itsOwnWay = 'const require = createRequire(import.meta.url);';
        const contents = readFileSync(path, 'utf8');
        if (!contents.includes(itsOwnWay)) throw new Error(`${path} has changed: see to it that there is one TypeORM.`);
        return { contents: contents.replace(itsOwnWay, '') };
      });
    },
  };
}

function isFresh(program) {
  const inputs = [...apps.map((app) => `apps/${app}/dist`), 'libs/shared/dist'].flatMap((path) =>
    modulesIn(join(root, path)),
  );
  const others = ['package-lock.json', 'scripts/programs.mjs'].map((path) => join(root, path));
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
