import type { Engine, Ran } from './engine.js';

/** Runs programs in one network namespace. */
export class Toolbox {
  constructor(
    private readonly engine: Engine,
    private readonly name: string,
  ) {}

  run(...command: string[]): Promise<Ran> {
    return this.engine.run(this.name, command);
  }

  leaveRunning(...command: string[]): Promise<void> {
    return this.engine.leaveRunning(this.name, command);
  }

  remove(): Promise<void> {
    return this.engine.remove(this.name);
  }
}
