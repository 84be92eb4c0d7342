import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { reapAtExit } from '../servers.js';
import { ROOT } from './build.js';

interface LogLine {
  level: number;
  event?: string;
  [key: string]: unknown;
}

/** One of our programs as a separate process. Crash points are armed: its NODE_ENV is test. */
export class RunningProcess {
  #output = '';
  #stdout = '';

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    child.stdout?.on('data', (text: string) => (this.#stdout += text));
  }

  /** `main` is a path below the repository. Nothing of our own environment except PATH is passed on. */
  static async start(main: string, env: Record<string, string>, args: string[] = []): Promise<RunningProcess> {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', NODE_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Listens at once: otherwise the output of a short process would be gone before anybody listens.
    const running = new RunningProcess(child);
    if (child.pid !== undefined) await reapAtExit(child.pid);
    return running;
  }

  get exited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Its output on stdout and stderr, in order. */
  get output(): string {
    return this.#output;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Resident memory in MiB, and the number of open files and sockets. */
  usage(): { memoryMb: number; files: number } {
    const proc = `/proc/${this.child.pid}`;
    const pages = Number(readFileSync(`${proc}/statm`, 'utf8').split(' ')[1]);
    return { memoryMb: Math.round((pages * 4096) / 2 ** 20), files: readdirSync(`${proc}/fd`).length };
  }

  /** Its log, of the levels from `least` on (40 is a warning, 50 an error). */
  log(least = 0): LogLine[] {
    return this.#output
      .split('\n')
      .flatMap((line): LogLine[] => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as LogLine] : []))
      .filter(({ level }) => level >= least);
  }

  said(event: string): boolean {
    return this.#output.includes(`"event":"${event}"`);
  }

  /** Resolves with its exit code when it has ended; null: ended by the signal. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    if (!this.exited) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      if (signal === 'SIGKILL') this.child.kill('SIGCONT');
      await exit;
    }
    return this.child.exitCode;
  }

  /** SIGSTOP: its connections stay open and nobody answers. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }
}
