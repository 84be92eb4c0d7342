// node loaded-modules.mjs WORD…    runs the CLI's program, and says on the last line what was loaded for it: modules of the bundle that
//                                  are loaded when they are needed, and whether Node loaded its HTTP client for fetch
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

const file = new URL('../../../apps/cli/dist/program.cjs', import.meta.url);
const loaded = new Set();
globalThis.noteLoaded = (name) => {
  loaded.add(name);
  return name;
};
const code = readFileSync(file, 'latin1');
const noted = code.replaceAll(/__getOwnPropNames\((fn|cb)\)\[0\]/g, 'noteLoaded($&)');
if (noted === code) throw new Error('The bundle has another form than this knows.');
const program = new URL('program.js', file);
process.on('exit', () => {
  const usesFetch = process.moduleLoadList.some((name) => name.includes('undici/undici'));
  const lazy = [...code.matchAll(/^ {2}"(.+\.js)"\(/gm)].map(([, name]) => name);
  console.log(JSON.stringify({ loaded: [...loaded], lazy, usesFetch }));
});
await new Script(noted).runInThisContext()(createRequire(program), program.href ?? pathToFileURL(program).href).ended;
