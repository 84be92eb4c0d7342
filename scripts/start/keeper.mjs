// Keeps one program running: restarts it after a crash, with growing pauses, and says so each time. Also keeps its log small.
import { setTimeout as pause } from 'node:timers/promises';
import { cutLog } from '../servers/log-file.mjs';
import { seconds } from '../setup/steps.mjs';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const HEALTHY_AFTER_MS = 60_000; // after running that long, the pauses start small again
const LOOK_EVERY_MS = 200;

/**
 * @typedef {{ isAlive: () => boolean, stop: (within?: number) => Promise<unknown>, pid: number }} Running
 * @typedef {{ name: string, launch: () => Promise<Running>, say: (line: string) => void, log: string }} Kept
 */

export class Keeper {
  /** @type {Running | undefined} */
  #running;
  #stopping = new AbortController();
  #loop = Promise.resolve();

  /** @param {Kept} kept */
  constructor(kept) {
    this.kept = kept;
  }

  /** Resolves when the program runs for the first time; rejects when it does not start. */
  async start() {
    this.#running = await this.kept.launch();
    this.#loop = this.#watch();
  }

  get pid() {
    return this.#running?.pid;
  }

  isAlive() {
    return this.#running?.isAlive() ?? false;
  }

  /** @param {number} within milliseconds for an orderly end */
  async stop(within) {
    this.#stopping.abort();
    await this.#loop;
    await this.#running?.stop(within);
  }

  async #watch() {
    let wait = FIRST_PAUSE_MS;
    while (!this.#stopping.signal.aborted) {
      const since = Date.now();
      while (this.isAlive() && (await this.#pause(LOOK_EVERY_MS))) cutLog(this.kept.log);
      if (this.#stopping.signal.aborted) return;
      if (Date.now() - since > HEALTHY_AFTER_MS) wait = FIRST_PAUSE_MS;
      this.kept.say(`! ${this.kept.name} exited; restarting in ${seconds(wait)}. Log: ${this.kept.log}`);
      if (!(await this.#pause(wait))) return;
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      await this.#launchAgain();
    }
  }

  async #launchAgain() {
    try {
      this.#running = await this.kept.launch();
      this.kept.say(`  ${this.kept.name} is running again.`);
    } catch (error) {
      this.kept.say(`! ${this.kept.name} failed to start: ${error.message}`);
    }
  }

  /** @returns whether the pause ran to its end; false when the keeper is stopping */
  #pause(ms) {
    return pause(ms, true, { signal: this.#stopping.signal }).catch(() => false);
  }
}
