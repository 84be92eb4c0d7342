// npm start: from a fresh clone to a running Orrery. Uses nothing but Node.js until the packages are installed.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './setup/build.mjs';
import { install, isInstalled } from './setup/install.mjs';
import { seconds, step } from './setup/steps.mjs';
import { startDetached } from './start/detached.mjs';
import { planHosts } from './start/hosts.mjs';
import { assurePortIsFree } from './start/port.mjs';
import { heardOf, hostsThatAreMissing, networkThatIsThere, readyText } from './start/ready.mjs';
import { claim, markReady, release, stopLeftovers, whoRuns } from './start/running.mjs';
import { HELP, readSettings } from './start/settings.mjs';
import { Stack } from './start/stack.mjs';
import { stopOnSignals } from './start/stop-on-signals.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const began = performance.now();

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings.help) console.log(HELP);
  else await start(settings);
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

async function start(settings) {
  assureNode();
  mkdirSync(settings.home, { recursive: true, mode: 0o700 });
  const running = whoRuns(settings.run);
  if (running) return sayThatItRuns(running);
  if (!process.env.ORRERY_DETACHED) {
    const leftovers = await stopLeftovers(settings.run);
    if (leftovers.length > 0) console.log(`· Stopped leftovers of a killed start: ${leftovers.join(', ')}`);
    await assurePortIsFree(settings);
    if (!isInstalled(root)) await step('Installing packages', () => install(root));
    if (!isBuilt(root)) await step('Building', () => build(root));
    if (settings.detach) return startDetached(settings);
  }
  const other = claim(settings.run, settings.url);
  if (other) return sayThatItRuns(other);
  await runAll(settings);
}

async function runAll(settings) {
  const stack = new Stack(settings, { root });
  const planned = planHosts(settings);
  stopOnSignals(async () => {
    await stack.stop();
    release(settings.run);
  });
  try {
    await stack.startServers();
    await stack.startApi();
    const { hosts, remarks } = await planned;
    const before = await heardOf(settings);
    if (hosts.length > 0)
      await step(`Starting ${hosts.length === 1 ? '1 agent' : `${hosts.length} agents`}`, () =>
        stack.startAgents(hosts),
      );
    const missing = await hostsThatAreMissing(settings, hosts, before);
    const network = await networkThatIsThere(settings);
    const took = seconds(performance.now() - began);
    console.log(readyText(settings, { hosts, remarks, missing, took, network }));
    markReady(settings.run, settings.url);
  } catch (error) {
    await stack.stop();
    release(settings.run);
    throw error;
  }
}

function sayThatItRuns({ pid, url }) {
  console.log(`Orrery is already running at ${url} (pid ${pid}).\nNext: npx orrery status    To stop it: npm stop`);
}

function assureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (!fits) throw new Error(`Orrery needs Node.js 20.19, 22.12 or newer; this is ${process.version}.`);
}
