import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '@orrery/shared/runtime';
import { LABEL } from '../../apps/agent/src/docker/labels.js';
import { DockerSystem } from '../../test/docker/system/docker-system.js';
import { ROOT } from '../../test/support/system/build.js';
import { findLabEngine } from '../../test/support/zerotier/lab-engine.js';
import { measureTogether, type RestOptions, type RestReport } from './rest-part.js';

const SIMULATED = 'simulated';
/** Long enough for looks to become as rare as possible. */
const CALM_MS = 90_000;
/** zerotier-one accepts one stranger per 2 s. */
const LAUNCH_EVERY_MS = 2_500;

const GOALS = { agent: 0.5, simulated: 0.2 };

/** An agent with running containers, a simulated agent, and an idle Node.js with the agent's packages, side by side. */
export async function agentsAtRest({ containers, seconds, say, signal }: RestOptions): Promise<RestReport | undefined> {
  const engine = await findLabEngine();
  if (!engine) {
    say('agents at rest: left out, there is no Docker Engine with the images of the lab');
    return undefined;
  }
  const world = await DockerSystem.open(engine, { api: { ORRERY_HEARTBEAT_SECONDS: '5' } });
  const idle = await startIdle();
  try {
    const simulated = await world.system.addHost(SIMULATED, { ORRERY_SIMULATE: 'true' });
    await simulated.start();
    await world.system.presence(SIMULATED, 'online');
    const network = await world.controller.network('10.79.0');
    for (let number = 1; number <= containers && !signal.aborted; number++) {
      await world.launched(world.name(`rest-${number}`), network);
      say(`${number} of ${containers} containers run`);
      await pause(LAUNCH_EVERY_MS, signal);
    }
    say('waiting until all is quiet');
    await pause(CALM_MS, signal);
    const watched = {
      [`agent, ${containers} containers`]: world.host.process.child.pid ?? 0,
      'simulated agent': simulated.process.child.pid ?? 0,
      'Node.js with the same packages, idle': idle.pid ?? 0,
    };
    say(`measuring for ${seconds} s`);
    const rows = await measureTogether(watched, seconds * 1000, signal);
    const [agent, other] = rows;
    if (agent) agent.goal = GOALS.agent;
    if (other) other.goal = GOALS.simulated;
    return { title: 'Agents at rest', rows, counts: {} };
  } finally {
    idle.kill();
    await closed(world);
  }
}

async function startIdle() {
  const manifest = JSON.parse(await readFile(join(ROOT, 'apps/agent/package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const packages = Object.keys(manifest.dependencies).filter((name) => name !== '@orrery/simulator');
  const program = `${packages.map((name) => `await import('${name.replace(/^@orrery\/shared$/, '@orrery/shared/contracts')}');`).join('')} setInterval(() => {}, 60000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(ROOT, 'apps/agent'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Stops the agent first, because it would recreate whatever is removed. */
async function closed(world: DockerSystem): Promise<void> {
  for (const { process } of world.system.hosts.values()) await process.kill('SIGTERM');
  const label = [`${LABEL.network}=${world.world.network}`];
  const left = await world.docker.listContainers({ all: true, filters: { label } });
  await Promise.all(left.map(({ Id }) => world.docker.getContainer(Id).remove({ force: true, v: true })));
  await world.close();
}
