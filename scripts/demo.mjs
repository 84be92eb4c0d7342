// npm run demo              builds everything, brings it up with docker compose, and runs the demo there
// npm run demo -- -o json   passes what follows -- to the demo; see --help
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seconds } from './setup/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compose = (args, stdio) => spawnSync('docker', ['compose', ...args], { cwd: root, stdio });

if (compose(['version'], 'ignore').status !== 0) {
  console.error(
    'docker compose is not installed\n  fix  Install Docker with its compose plugin (2.26 or newer): https://docs.docker.com/compose/install/',
  );
  process.exit(1);
}

step(
  'images built',
  ['--profile', 'demo', 'build', '--quiet'],
  'Run `docker compose --profile demo build` to see where it stopped.',
);
step(
  'hosts up',
  ['up', '--detach', '--wait', '--wait-timeout', '300'],
  'Run `docker compose ps` and `docker compose logs` to see which service failed and why. docs/compose.md lists the usual reasons.',
);
// Only the demo prints to stdout; everything else goes to stderr.
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
