// The simulator lies beside the agent's program in a file of its own: only a simulated host reads it, and an installed agent comes
// without it. It takes the modules that it shares with the program from there: a StepError has to be one on both sides.
import { build } from 'esbuild';
import { join } from 'node:path';

export const SIMULATOR = 'simulator.cjs';
const SHARED = ['@orrery/shared/contracts', '@orrery/shared/machine', '@orrery/shared/runtime', 'zod'];

/**
 * The file as a function of the program's modules.
 * @param {string} root
 * @param {import('esbuild').BuildOptions} options those of the program
 */
export async function simulatorOf(root, options) {
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: ['libs/simulator/dist/index.js'],
    external: SHARED,
    banner: { js: 'module.exports = (require) => { "use strict"; const module = { exports: {} };' },
    footer: { js: 'return module.exports; };' },
  });
  return outputFiles[0].text;
}

/**
 * What a program has in the simulator's place: the way to the file beside it.
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
export function simulatorBeside(root) {
  const resolveDir = join(root, 'apps/agent'); // as the agent finds them: for the root's tsconfig.json they are sources
  const imports = SHARED.map((name, at) => `import * as shared${at} from '${name}';`);
  const modules = SHARED.map((name, at) => `'${name}': shared${at}`);
  const contents = `${imports.join('\n')}
    const modules = { ${modules.join(', ')} };
    const simulator = require('./${SIMULATOR}')((name) => modules[name] ?? require(name));
    export const { SimulatedMachine } = simulator;`;
  return {
    name: 'simulator-beside',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@orrery\/simulator$/ }, ({ path }) => ({ path, namespace: 'simulator-beside' }));
      onResolve({ filter: /^\.\/simulator\.cjs$/ }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: 'simulator-beside' }, () => ({ contents, resolveDir }));
    },
  };
}
