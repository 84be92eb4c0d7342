// Writes docs/cli.md from the built command tree of the CLI. `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { cliMarkdown } from '../apps/cli/dist/docs/cli-markdown.js';
import { createProgram } from '../apps/cli/dist/program/program.js';

const PAGE = new URL('../docs/cli.md', import.meta.url);
const page = cliMarkdown(await createProgram(/** @type {any} */ ({})));

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/cli.md is out of date. Fix: npm run docs');
  process.exitCode = 1;
}
