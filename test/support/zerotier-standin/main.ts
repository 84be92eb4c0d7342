import { basename } from 'node:path';
import { runCli } from './cli.js';
import { runIdtool } from './idtool.js';
import { runDaemon } from './daemon-process.js';

/** One program under three names, as the real one: `-q` and `-i` choose the other two. Resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const [, program = '', ...args] = argv;
  const name = basename(program);
  if (name === 'zerotier-cli') return runCli(args);
  if (name === 'zerotier-idtool') return runIdtool(args);
  if (args[0] === '-q') return runCli(args.slice(1));
  if (args[0] === '-i') return runIdtool(args.slice(1));
  return runDaemon(args);
}
