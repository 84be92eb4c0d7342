import { eventually } from '../eventually.js';
import { RunningProcess } from '../system/running-process.js';

export interface Attack {
  port: number;
  connections: number;
  /** From this many addresses of this machine. */
  addresses: number;
  /** The request of each; RANDOM is 32 different random bytes each time. */
  request: string;
  /** False: does not read the answers. */
  reads: boolean;
}

/** An attack that continues until it is stopped: a connection that is thrown out comes back. */
export class RunningAttack {
  private constructor(private readonly process: RunningProcess) {}

  /** Resolves when each connection has had time for one request. */
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
