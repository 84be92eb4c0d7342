// The simulator is in a separate file beside the agent's program. Only simulated hosts load it, and installed agents
// lack it. It uses the program's copies of shared modules, because a StepError must be the same class on both sides.
import { build } from 'esbuild';
import { join } from 'node:path';

export const SIMULATOR = 'simulator.cjs';
/** Already part of the program. */
const SHARED = ['@orrery/shared/*', 'zod'];

/**
 * Returns the simulator as a function of the program's modules, and the names of these modules.
 * @param {string} root
 * @param {import('esbuild').BuildOptions & { write: false }} options those of the program
 * @returns {Promise<{ text: string, shared: string[] }>}
 */
export async function simulatorOf(root, options) {
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: ['libs/simulator/dist/index.js'],
    external: SHARED,
    metafile: true,
    banner: { js: 'module.exports = (require) => { "use strict"; const module = { exports: {} };' },
    footer: { js: 'return module.exports; };' },
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const shared = new Set(imports.map(({ path }) => path).filter((path) => /^(@orrery\/shared\/|zod$)/.test(path)));
  return { text: outputFiles[0].text, shared: [...shared].sort() };
}

/**
 * Replaces the simulator in the agent's program by code that loads the file beside it.
 * @param {string} root
 * @param {string[]} shared
 * @returns {import('esbuild').Plugin}
 */
export function simulatorBeside(root, shared) {
  const imports = shared.map((name, at) => `import * as shared${at} from '${name}';`);
  const modules = shared.map((name, at) => `'${name}': shared${at}`);
  const contents = `${imports.join('\n')}
    const modules = { ${modules.join(', ')} };
    const simulator = require('./${SIMULATOR}')((name) => modules[name] ?? require(name));
    export const { SimulatedMachine } = simulator;`;
  const resolveDir = join(root, 'apps/agent'); // the root's tsconfig.json maps packages to sources
  return {
    name: 'simulator-beside',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@orrery\/simulator$/ }, ({ path }) => ({ path, namespace: 'simulator-beside' }));
      onResolve({ filter: /^\.\/simulator\.cjs$/ }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: 'simulator-beside' }, () => ({ contents, resolveDir }));
    },
  };
}
