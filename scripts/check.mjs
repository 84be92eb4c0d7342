// npm run check               checks everything about the code that does not need to run it
// npm run check -- lint       runs one or several steps
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './setup/run.mjs';
import { seconds } from './setup/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = (path, ...args) => [process.execPath, join(root, path), ...args];
const modules = (path, ...args) => node(`node_modules/${path}`, ...args);

// Otherwise it would report every run to its vendor and check for newer versions.
Object.assign(process.env, { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' });

const TSC = 'typescript/bin/tsc';
const steps = {
  format: {
    commands: [modules('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')],
    fix: 'npm run format',
  },
  types: {
    commands: [
      modules(TSC, '-b', 'apps/api', 'apps/agent', 'apps/cli', 'apps/demo'),
      modules(TSC, '-p', 'tsconfig.json', '--noEmit'),
      modules(TSC, '-p', 'apps/web'),
      modules(TSC, '-p', 'scripts'),
    ],
  },
  lint: {
    commands: [modules('eslint/bin/eslint.js', '--max-warnings=0', '.')],
    fix: 'npx eslint --fix . fixes some of it',
  },
  imports: {
    commands: [
      modules(
        'dependency-cruiser/bin/dependency-cruise.mjs',
        '--config',
        '.dependency-cruiser.mjs',
        'apps',
        'libs',
        'test',
        'bench',
        'scripts',
      ),
    ],
    fix: 'each rule is explained in .dependency-cruiser.mjs',
  },
  citations: {
    commands: [node('scripts/citations.mjs')],
    fix: 'cite a page, section or row that exists in docs/ (docs/zerotier-facts.md, docs/threats.md, docs/faults.md)',
  },
  quarantine: {
    commands: [node('scripts/testing/quarantine.mjs')],
    fix: 'remove the entry, or name the test as its spec does (scripts/testing/quarantine.mjs)',
  },
  openapi: {
    commands: [modules('@redocly/cli/bin/cli.js', 'lint', 'docs/openapi.golden.json', '--config', 'redocly.yaml')],
    fix: 'describe it where it is declared, then npm run build and npm run openapi; redocly.yaml has the rules',
  },
  'dead-code': { commands: [modules('knip/bin/knip.js')] },
  docs: {
    commands: [
      node('scripts/config-docs.mjs', '--check'),
      node('scripts/errors-docs.mjs', '--check'),
      node('scripts/cli-docs.mjs', '--check'),
      node('scripts/openapi.mjs', '--check'),
    ],
    fix: 'npm run docs, and npm run openapi if you meant to change the API',
  },
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`Unknown step: ${unknown.join(', ')}. Steps: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}

const failed = [];
for (const name of chosen.length > 0 ? chosen : Object.keys(steps))
  if (!(await passes(name, steps[name]))) failed.push(name);
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

async function passes(name, { commands, fix }) {
  const start = performance.now();
  for (const command of commands) {
    const { code, output } = await run(command, { cwd: root });
    if (code === 0) continue;
    console.error(
      `✗ ${name} (${seconds(performance.now() - start)})\n${output.trimEnd()}${fix ? `\n  fix: ${fix}` : ''}`,
    );
    return false;
  }
  console.log(`✓ ${name} (${seconds(performance.now() - start)})`);
  return true;
}
