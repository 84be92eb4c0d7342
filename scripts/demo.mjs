// npm run demo              docker compose: everything is built and brought up, and the demo tells its story there
// npm run demo -- -o json   what stands behind the -- is for the demo: --help says what there is
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seconds } from './setup/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compose = (args, stdio) => spawnSync('docker', ['compose', ...args], { cwd: root, stdio });

if (compose(['version'], 'ignore').status !== 0) {
  console.error(
    'There is no docker compose here.\n  fix  Install Docker with its compose plugin (2.26 or newer): https://docs.docker.com/compose/install/',
  );
  process.exit(1);
}

step(
  'images are built',
  ['--profile', 'demo', 'build', '--quiet'],
  'docker compose --profile demo build shows where it stopped.',
);
step(
  'hosts are up',
  ['up', '--detach', '--wait', '--wait-timeout', '300'],
  'docker compose ps and docker compose logs say which service is not well, and why; docs/compose.md knows the usual reasons.',
);
// What the demo prints is the product: all else went to stderr.
process.exitCode = compose(['run', '--rm', '--no-deps', 'demo', ...process.argv.slice(2)], 'inherit').status ?? 1;

function step(what, args, fix) {
  const start = performance.now();
  const { status } = compose(args, ['ignore', 2, 2]);
  const told = `${what}  ${seconds(performance.now() - start)}`;
  if (status !== 0) {
    console.error(`✗ ${told}\n  fix  ${fix}`);
    process.exit(status ?? 1);
  }
  console.error(`✓ ${told}`);
}
