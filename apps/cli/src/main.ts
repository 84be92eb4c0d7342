import { run } from './run.js';
import { processTerminal } from './terminal/terminal.js';

// `orrery events -f | head` closes the pipe: that is a normal end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

export const ended = run(process.argv.slice(2), processTerminal(process), process.env).then(
  (code) => (process.exitCode = code),
);
