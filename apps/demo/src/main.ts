import { runDemo } from './run-demo.js';

export const ended = runDemo(process.argv.slice(2), process.env, (line) => void process.stdout.write(`${line}\n`)).then(
  (code) => (process.exitCode = code),
);
