import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '@orrery/shared/runtime';
import { LABEL } from '../../apps/agent/src/docker/labels.js';
import { DockerSystem } from '../../test/docker/system/docker-system.js';
import { ROOT } from '../../test/support/system/build.js';
import type { LabEngine } from '../../test/support/zerotier/lab-engine.js';
import { costOf } from './process-cost.js';

const SIMULATED = 'simulated';
/** Long enough for looks to have become as rare as they get. */
const CALM_MS = 90_000;
/** zerotier-one lets in one stranger per 2 s. */
const LAUNCH_EVERY_MS = 2_500;

export interface AtRest {
  what: string;
  /** Share of one core, in per cent. */
  cpu: number;
  pssMb: number;
  processes: number;
}

export interface AgentRest {
  containers: number;
  seconds: number;
  rows: AtRest[];
}

export interface AgentRestOptions {
  containers: number;
  seconds: number;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** An agent with running containers, a simulated one, and Node.js with the agent's packages that does nothing, side by side. */
export async function measureAgents(engine: LabEngine, options: AgentRestOptions): Promise<AgentRest> {
  const { containers, seconds, say, signal } = options;
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
    const rows = await measure(watched, seconds * 1000, signal);
    return { containers, seconds, rows };
  } finally {
    idle.kill();
    await closed(world);
  }
}

/** All of them over the same time. */
export async function measure(
  watched: Readonly<Record<string, number>>,
  ms: number,
  signal: AbortSignal,
): Promise<AtRest[]> {
  const read = () => Promise.all(Object.values(watched).map(costOf));
  const began = performance.now();
  const before = await read();
  await pause(ms, signal);
  const after = await read();
  const elapsed = performance.now() - began;
  return Object.keys(watched).map((what, at) => {
    const [first, last] = [before[at], after[at]];
    if (!first || !last || last.processes === 0) throw new Error(`${what} has ended`);
    const cpu = ((last.cpuMs - first.cpuMs) / elapsed) * 100;
    return { what, cpu, pssMb: last.pssMb, processes: last.processes };
  });
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

/** The agent goes first: it would make again what is taken away. */
async function closed(world: DockerSystem): Promise<void> {
  for (const { process } of world.system.hosts.values()) await process.kill('SIGTERM');
  const label = [`${LABEL.network}=${world.world.network}`];
  const left = await world.docker.listContainers({ all: true, filters: { label } });
  await Promise.all(left.map(({ Id }) => world.docker.getContainer(Id).remove({ force: true, v: true })));
  await world.close();
}
