// npm run bench -- launch|burst|first|restart|attach|route [--rounds 10] [-o json]    measurements against bare components: bench/README.md
// npm run bench -- rest [--rounds 5]                                     the cost at rest; a round is a minute
// npm run bench -- web [--rounds 3]                                      the dashboard in Chromium; a round is a minute
import { build as bundle } from 'esbuild';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, isBuilt } from './setup/build.mjs';
import { findEngine } from './setup/engine.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { name, rounds, output } = readArguments();
const engine = await findEngine();
// The API's part of `rest`, `explain`, `lists`, `topology` and `web` need no engine.
if (!engine.reachable && !['rest', 'explain', 'topology', 'web', 'lists'].includes(name)) {
  console.error(`${engine.reason}.\nFix: ${engine.fix}; test/README.md explains how to run one for tests only.`);
  process.exit(2);
}
if (!isBuilt(root)) {
  console.error('Building …');
  await build(root);
}
process.exitCode = await run(await programOf(name));

function readArguments() {
  const benches = readdirSync(join(root, 'bench'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        output: { type: 'string', short: 'o', default: 'text' },
      },
    });
    const [name, ...more] = positionals;
    if (!benches.includes(name) || more.length > 0) throw new Error(`Choose what to measure: ${benches.join(', ')}.`);
    const { rounds = { rest: '5', web: '3' }[name] ?? '10' } = values;
    if (!/^[1-9]\d{0,3}$/.test(rounds)) throw new Error('--rounds must be a whole number greater than 0.');
    if (!['text', 'json'].includes(values.output)) throw new Error('-o must be text or json.');
    return { name, rounds, output: values.output };
  } catch (error) {
    console.error(`${error.message}\nUsage: npm run bench -- ${benches.join('|')} [--rounds 10] [-o json]`);
    process.exit(2);
  }
}

/**
 * Bundles it into one file, because Node.js cannot run TypeScript. The file is below node_modules, where all packages
 * are found.
 */
async function programOf(name) {
  const outfile = join(root, 'node_modules/.cache/orrery-bench', `${name}.mjs`);
  await bundle({
    absWorkingDir: root,
    entryPoints: [`bench/${name}/main.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    sourcemap: 'inline',
    plugins: [inTheirPlaces()],
    logLevel: 'error',
  });
  return outfile;
}

/** Preserves each module's `import.meta.url` from before bundling. */
function inTheirPlaces() {
  return {
    name: 'in-their-places',
    setup({ onLoad }) {
      onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
        loader: path.endsWith('.ts') ? 'ts' : 'js',
      }));
    },
  };
}

/** Servers and folders belong to this process, like those of tests. It outlives Ctrl-C so that it can clean up. */
function run(program) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
  const child = spawn(process.execPath, ['--enable-source-maps', program, '--rounds', rounds, '--output', output], {
    cwd: root,
    env: { ...process.env, ORRERY_TEST_OWNER: String(process.pid) },
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
