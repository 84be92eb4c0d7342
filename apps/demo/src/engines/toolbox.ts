import type { Engine, Ran } from './engine.js';

/** Programs in a network namespace: whatever they reach, they reach from there. */
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
