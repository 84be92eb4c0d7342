// Makes docs/errors.md from the tables in libs/shared/src/contracts/explanations.ts. `--check` only says whether it is in step.
import { readFileSync, writeFileSync } from 'node:fs';
import { FAILURES, FINDINGS, PROBES, PROBLEMS, WAITING } from '@orrery/shared/contracts';

const PAGE = new URL('../docs/errors.md', import.meta.url);
const parts = [
  [
    'Waiting',
    'An item is not there yet: somebody or something else has to act. A command that waits has not failed.',
    WAITING,
  ],
  [
    'Failures',
    'An item cannot be made true on this host now. It stays wanted and is tried again with growing pauses.',
    FAILURES,
  ],
  ['Findings', 'What else was diagnosed (`orrery finding ls`).', FINDINGS],
  ['Probes', 'How a probe ended that did not reach what it was to reach (`orrery probe`).', PROBES],
  [
    'Problems',
    'What the HTTP API answers (`application/problem+json`, field `code`) when it does not do what was asked.',
    PROBLEMS,
  ],
];

const page = [
  '# Errors: every code, what it means, what to do',
  '',
  '<!-- made by scripts/errors-docs.mjs: change the tables there named, then run `npm run docs` -->',
  '',
  '`orrery explain CODE` prints the same in a terminal.',
  ...parts.flatMap(([title, about, table]) => [
    '',
    `## ${title}`,
    about,
    ...Object.entries(table).flatMap(([code, { means, fix }]) => ['', `### ${code}`, means, '', `**Fix:** ${fix}`]),
  ]),
  '',
].join('\n');

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/errors.md is not in step with the code: run `npm run docs`');
  process.exitCode = 1;
}
