// This is dist/program.js of an app. What it runs lies beside it: program.cjs, the app in one file, and program.cache, what V8 made
// of that file at the build. Reading the code anew is half of the time that a start takes; a V8 that is not the build's, or no
// cache at all, does just that.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const file = fileURLToPath(new URL('program.cjs', import.meta.url));
const code = readFileSync(file);
const script = new Script(code.toString('latin1'), {
  filename: file,
  cachedData: cacheOf(code),
});
const { ended } = script.runInThisContext()(createRequire(import.meta.url), import.meta.url);
await ended;

/** Both begin with the same mark, or a build is under way: V8 would take the cache of any code that is as long. */
function cacheOf(code) {
  try {
    const cache = readFileSync(new URL('program.cache', import.meta.url));
    return code.subarray(2, 18).equals(cache.subarray(0, 16)) ? cache.subarray(16) : undefined;
  } catch {
    return undefined;
  }
}
