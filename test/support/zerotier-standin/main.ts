import { basename } from 'node:path';

/**
 * One program under three names, like the real one: `-q` and `-i` choose the other two. Each is loaded only when it
 * runs, so that a short-lived tool does not pay for the daemon. Resolves with the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [, program = '', ...args] = argv;
  const name = basename(program);
  if (name === 'zerotier-cli') return cli(args);
  if (name === 'zerotier-idtool') return idtool(args);
  if (args[0] === '-q') return cli(args.slice(1));
  if (args[0] === '-i') return idtool(args.slice(1));
  const { runDaemon } = await import('./daemon-process.js');
  return runDaemon(args);
}

async function cli(args: readonly string[]): Promise<number> {
  const { runCli } = await import('./cli.js');
  return runCli(args);
}

async function idtool(args: readonly string[]): Promise<number> {
  const { runIdtool } = await import('./idtool.js');
  return runIdtool(args);
}
