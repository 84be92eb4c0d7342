// Makes docs/cli.md from the CLI's command tree (built). `--check` only says whether it is in step.
import { readFileSync, writeFileSync } from 'node:fs';
import { cliMarkdown } from '../apps/cli/dist/docs/cli-markdown.js';
import { createProgram } from '../apps/cli/dist/program/program.js';

const PAGE = new URL('../docs/cli.md', import.meta.url);
const page = cliMarkdown(await createProgram({}));

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/cli.md is not in step with the code: run `npm run docs`');
  process.exitCode = 1;
}
