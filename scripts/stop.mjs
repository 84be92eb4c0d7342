// npm stop: stops what npm start runs from this state folder, in order, including leftovers of a killed start. Never stops a container.
import { join } from 'node:path';
import { stopNats } from './servers/nats-server.mjs';
import { stopPostgres } from './servers/postgres.mjs';
import { becomesTrue, isSame, signal, stopProcess } from './servers/process.mjs';
import { release, stopLeftovers, whoRuns } from './start/running.mjs';
import { readSettings } from './start/settings.mjs';

const ORDERLY_MS = 8000;

const { run, home } = readSettings([], process.env);
const owner = whoRuns(run);
if (owner) {
  signal(owner, 'SIGTERM');
  if (!(await becomesTrue(() => !isSame(owner), ORDERLY_MS))) await stopProcess(owner, [['SIGKILL', 1000]]);
}
const leftovers = await stopLeftovers(run);
const servers = { NATS: await stopNats(join(home, 'nats')), Postgres: await stopPostgres(join(home, 'postgres')) };
release(run);
const stubborn = Object.entries(servers).filter(([, stopped]) => !stopped);
if (stubborn.length > 0) {
  console.error(`${stubborn.map(([name]) => name).join(' and ')} did not stop.`);
  process.exitCode = 1;
} else if (owner || leftovers.length > 0)
  console.log('Orrery has stopped. Containers keep running; npm start manages them again.');
else console.log(`Orrery is not running (state folder ${home}).`);
