// Makes docs/errors.md from the catalogue in libs/shared/src/contracts/catalogue. `--check` only reports whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { DOCTOR, FAILURES, FINDINGS, PATHS, PROBES, PROBLEMS, PROGRAMS, WAITING } from '@orrery/shared/contracts';

const PAGE = new URL('../docs/errors.md', import.meta.url);
const parts = [
  [
    'Waiting',
    'An item is not there yet: somebody or something else has to act. A command that waits has not failed.',
    WAITING,
  ],
  [
    'Failures',
    'An item cannot be made true on this host now. It stays desired and is tried again with growing pauses.',
    FAILURES,
  ],
  [
    'Findings',
    'What else was diagnosed (`orrery finding ls`). The API also answers with `address-claimed` and `controller-absent`.',
    FINDINGS,
  ],
  [
    'Machines',
    'Causes that lie in the machines. Agents look for them when they start, every ten minutes, and for `orrery doctor`; the API compares the hosts with each other.',
    DOCTOR,
  ],
  ['Paths', 'Why two nodes do not reach each other directly (`orrery paths`).', PATHS],
  ['Probes', 'Why a probe did not reach its target (`orrery probe`).', PROBES],
  [
    'Problems',
    'What the HTTP API answers (`application/problem+json`, field `code`) when it does not do what was asked.',
    PROBLEMS,
  ],
  ['Programs', 'Why the API or an agent does not start, and what they report in their logs alone.', PROGRAMS],
];

/** Replaces each fact by its name, such as `HOST`, because `orrery explain` cannot know it. */
const placeholders = new Proxy({}, { get: (_, name) => String(name).toUpperCase() });
const textOf = (part) => (typeof part === 'function' ? part(placeholders) : part);

const casesOf = (table, code) =>
  Object.entries(table)
    .filter(([key, { fix }]) => key.startsWith(`${code}/`) && fix !== undefined)
    .map(
      ([key, { cause, fix }]) =>
        `- *${textOf(cause) ?? key.slice(code.length + 1).replaceAll('-', ' ')}*: ${textOf(fix)}`,
    );

function section(table, code, { means, fix, see }) {
  const cases = casesOf(table, code);
  return [
    ...['', `### ${code}`, means, '', `**Fix:** ${fix}`],
    ...(see ? ['', `**API:** \`${see.method} ${see.path}\``] : []),
    ...(cases.length > 0 ? ['', 'In particular:', ...cases] : []),
  ];
}

const page = [
  '# Errors: every code, what it means, what to do',
  '',
  '<!-- made by scripts/errors-docs.mjs from libs/shared/src/contracts/catalogue: change the texts there, then run `npm run docs` -->',
  '',
  '`orrery explain CODE` prints the same in a terminal. The field `fix` is for people. A client of the API finds in `see` the request that does it, or shows more.',
  ...parts.flatMap(([title, about, table]) => [
    '',
    `## ${title}`,
    about,
    ...Object.entries(table)
      .filter(([key]) => !key.includes('/'))
      .flatMap(([code, entry]) => section(table, code, entry)),
  ]),
  '',
].join('\n');

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/errors.md is out of date: run `npm run docs`');
  process.exitCode = 1;
}
