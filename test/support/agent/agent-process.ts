import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reapAtExit, temporaryFolder } from '../servers.js';
import { JOIN_SECRET, type FakeApi } from './fake-api.js';

const MAIN = fileURLToPath(new URL('../../../apps/agent/dist/program.js', import.meta.url));

export interface AgentHome {
  home: string;
  env: Record<string, string>;
}

export async function agentHome(api: FakeApi): Promise<AgentHome> {
  const home = await temporaryFolder('agent');
  const secret = join(home, 'join.secret');
  await writeFile(secret, JOIN_SECRET);
  return {
    home,
    env: {
      ORRERY_AGENT_HOME: home,
      ORRERY_URL: api.url,
      ORRERY_JOIN_SECRET_FILE: secret,
      ORRERY_HOST_NAME: 'test-host',
      ORRERY_SIMULATE: 'true',
      ORRERY_LOG_LEVEL: 'debug',
      NODE_ENV: 'test',
    },
  };
}

/** The real agent as a separate process, from the built program. */
export class AgentProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly output: string[],
  ) {}

  static async start({ env }: AgentHome, more: Record<string, string> = {}): Promise<AgentProcess> {
    const output: string[] = [];
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    if (child.pid) await reapAtExit(child.pid);
    return new AgentProcess(child, output);
  }

  get exited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    if (!this.exited) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }

  log(): string {
    return this.output.join('');
  }
}
