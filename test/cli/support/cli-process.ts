import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ran } from './fake-terminal.js';

const BINARY = fileURLToPath(new URL('../../../apps/cli/bin/orrery.mjs', import.meta.url));

/** The real binary as a separate process: no terminal, and no settings but these. */
export function startCli(
  words: string[],
  env: Record<string, string>,
): { child: ChildProcess; ended: Promise<Ran>; seen: () => string } {
  const child = spawn(process.execPath, [BINARY, ...words], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const ended = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, out, err })));
  return { child, ended, seen: () => out };
}

export const cliProcess = (words: string[], env: Record<string, string>): Promise<Ran> => startCli(words, env).ended;
