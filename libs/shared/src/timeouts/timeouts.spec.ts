import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { transform } from 'esbuild';
import { timeoutSignal } from './index.js';

/** Counts the composites that abort although only their listeners are left, and the garbage collector runs. */
const PROGRAM = (source: string) => `${source}
let aborted = 0;
for (let n = 0; n < 50; n++)
  AbortSignal.any([timeoutSignal(300), new AbortController().signal]).addEventListener('abort', () => aborted++);
const end = Date.now() + 800;
const look = () => { gc(); Date.now() < end ? setTimeout(look, 50) : console.log(aborted); };
look();`;

describe('a timeout', () => {
  it('aborts with a TimeoutError, also within another signal', async () => {
    const signal = AbortSignal.any([timeoutSignal(10), new AbortController().signal]);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
      // The timeout alone keeps no process alive.
      setTimeout(resolve, 5_000).unref();
    });
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('is not lost to the garbage collector', async () => {
    const file = new URL('index.ts', import.meta.url);
    const { code } = await transform(await readFile(file, 'utf8'), { loader: 'ts', format: 'esm' });
    const program = PROGRAM(code.replace(/export\s*\{[^}]*\};?/, ''));
    const ran = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(ran.stdout.trim() || ran.stderr).toBe('50');
  });
});
