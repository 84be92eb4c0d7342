import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setMaxListeners } from 'node:events';
import { Buses } from './bus/buses.js';
import { DatabaseConnector } from './database/database-connector.js';
import { DatabaseState } from './database/database-state.js';
import { LOOPS, type Loop } from './loops/loop.js';

/** Owns the loops between NATS and Postgres: starts them when the database is ready, stops them in order. */
@Injectable()
export class DataPlane implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(
    private readonly connector: DatabaseConnector,
    private readonly state: DatabaseState,
    @Inject(LOOPS) private readonly loops: readonly Loop[],
    private readonly buses: Buses,
  ) {
    // Every loop listens to this signal, some twice, which is more than Node's limit for suspected leaks.
    setMaxListeners(100, this.#stop.signal);
  }

  onApplicationBootstrap(): void {
    const { signal } = this.#stop;
    this.#running = this.connector.connect(signal).then(() => this.#runLoops(signal));
  }

  /**
   * Intake stops first: the bus accepts nothing more and answers what it has accepted, then the loops finish, then
   * sending stops.
   */
  async beforeApplicationShutdown(): Promise<void> {
    await this.buses.answers.close();
    this.#stop.abort(new Error('the process stops'));
    await this.#running;
    await this.buses.close();
  }

  async #runLoops(signal: AbortSignal): Promise<void> {
    if (this.state.ready) await Promise.all(this.loops.map((loop) => loop.run(signal)));
  }
}
