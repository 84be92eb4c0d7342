// Keeps one thing running: started again after a crash, with growing pauses, and always with a word about it. Keeps its log small, too.
import { setTimeout as pause } from 'node:timers/promises';
import { cutLog } from '../servers/log-file.mjs';
import { seconds } from '../setup/steps.mjs';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const HEALTHY_AFTER_MS = 60_000; // ran that long: the next crash is a new story
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

  /** Resolves when it runs for the first time; rejects when that fails. */
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
      this.kept.say(`! ${this.kept.name} ended; started again in ${seconds(wait)}. Log: ${this.kept.log}`);
      if (!(await this.#pause(wait))) return;
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      await this.#launchAgain();
    }
  }

  async #launchAgain() {
    try {
      this.#running = await this.kept.launch();
      this.kept.say(`  ${this.kept.name} runs again.`);
    } catch (error) {
      this.kept.say(`! ${this.kept.name} does not start: ${error.message}`);
    }
  }

  /** @returns whether the pause came to its end; false when we are to stop */
  #pause(ms) {
    return pause(ms, true, { signal: this.#stopping.signal }).catch(() => false);
  }
}
