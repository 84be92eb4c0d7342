import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { reapAtExit } from '../support/servers.js';

/** A running Node program, with its output so far. */
export class Run {
  output = '';
  readonly ended: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  /** In a group of its own, as a terminal does: Ctrl-C is a signal to the group. */
  static async begin(args: string[], options: SpawnOptions): Promise<Run> {
    const child = spawn(process.execPath, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    // Listens at once: a short program could end before it is registered, and nobody would notice.
    const run = new Run(child);
    await reapAtExit(child.pid);
    return run;
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** As a terminal does it: to everything in the group. */
  controlC(): void {
    if (!this.isOver) process.kill(-this.child.pid!, 'SIGINT');
  }
}
