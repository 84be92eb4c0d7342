import { parseArgs } from 'node:util';
import { findLabEngine } from '../../test/support/zerotier/lab-engine.js';
import { aboutMachine } from '../about-machine.js';
import { LaunchLab } from './launch-lab.js';
import { launchReport } from './report.js';
import { reportText } from './report-text.js';
import { runRounds } from './rounds.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, output: { type: 'string', default: 'text' } },
});
// Progress is not part of the result.
const say = (line: string) => void process.stderr.write(`${line}\n`);
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());

const engine = await findLabEngine();
if (!engine) {
  say(
    'Fix: run bash test/lab/dockerd.sh start FOLDER, set DOCKER_HOST to the address that it prints, then run bash test/lab/build-images.sh.',
  );
  process.exit(2);
}
const machine = await aboutMachine(engine, {});
const lab = await LaunchLab.open(engine);
try {
  const [row] = await lab.world.system.sql<{ server_version: string }>('SHOW server_version');
  const { body } = await lab.world.controller.node.talk({ method: 'GET', path: '/status' });
  const { version = 'unknown' } = body as { version?: string };
  Object.assign(machine.versions, { postgres: row?.server_version ?? 'unknown', 'zerotier-one': version });
  const measured = await runRounds(lab, Number(values.rounds), say, abort.signal);
  const report = launchReport(measured, machine, new Date());
  process.stdout.write(`${values.output === 'json' ? JSON.stringify(report, null, 2) : reportText(report)}\n`);
  if (measured.failures.length > 0 || abort.signal.aborted) process.exitCode = 1;
} finally {
  await lab.close();
}
