/** Exit codes, documented in docs/cli.md. `interrupted` is the shell's own number for Ctrl-C. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  refused: 4,
  unreachable: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
