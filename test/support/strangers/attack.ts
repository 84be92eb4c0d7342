import { eventually } from '../eventually.js';
import { RunningProcess } from '../system/running-process.js';

export interface Attack {
  port: number;
  connections: number;
  /** Of so many addresses of this machine. */
  addresses: number;
  /** What each asks; RANDOM is 32 other random bytes each time. */
  request: string;
  /** False: nothing of the answers is taken. */
  reads: boolean;
}

/** An attack that goes on until it is stopped: whoever is thrown out comes again. */
export class RunningAttack {
  private constructor(private readonly process: RunningProcess) {}

  /** Resolves when each connection could have asked once. */
  static async start(attack: Attack): Promise<RunningAttack> {
    const program = 'test/support/strangers/attackers.mjs';
    const running = new RunningAttack(await RunningProcess.start(program, {}, [JSON.stringify(attack)]));
    await eventually(() => running.sent >= attack.connections / 2, { what: 'the attack is under way' });
    return running;
  }

  /** How many requests were sent. */
  get sent(): number {
    return Number(this.process.stdout.trim().split('\n').at(-1) ?? 0);
  }

  async stop(): Promise<void> {
    await this.process.kill();
  }
}
