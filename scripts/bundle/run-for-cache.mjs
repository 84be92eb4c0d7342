// node scripts/bundle/run-for-cache.mjs APP/dist WORD…    runs a program up to its end, and keeps what V8 made of it by then
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

const [folder, ...words] = process.argv.slice(2);
const [program, file, cache] = ['program.js', 'program.cjs', 'program.cache'].map((name) =>
  resolve(join(folder, name)),
);
const code = readFileSync(file);
const script = new Script(code.toString('latin1'), {
  filename: file,
});

process.on('exit', () => {
  const draft = `${cache}.${process.pid}`;
  writeFileSync(draft, Buffer.concat([code.subarray(2, 18), script.createCachedData()]));
  renameSync(draft, cache);
});

process.argv = [process.execPath, program, ...words];
await script.runInThisContext()(createRequire(program), pathToFileURL(program).href).ended;
