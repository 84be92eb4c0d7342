import {
  backoffMs,
  describeError,
  pause,
  type AppError,
  type Logger,
  steadyNow,
  WakeablePause,
} from '@orrery/shared/runtime';
import type { NodeSecrets } from '@orrery/shared/machine';
import type { WarmIdentities } from './warm-identities.js';

export interface WarmKeeperParts {
  warm: WarmIdentities;
  /** How many are kept. */
  wanted: number;
  mint: (signal: AbortSignal) => Promise<NodeSecrets>;
  /** Whether one may be generated now; asked several times a second while one is missing. */
  mayMint: () => boolean;
  /** How long that must have been true without a break: it is also true for a moment between two steps of a launch. */
  restMs: number;
  logger: Logger;
}

/** After a burst that took all there were, the next one finds this many, for a while. */
const AFTER_BURST = { kept: 12, forMs: 60 * 60_000 };
const LOOK_MS = 250;
const IDLE_MS = 60_000;
const PAUSES = { firstMs: 5_000, maxMs: 10 * 60_000 };

/** Keeps some identities ready, generated one after another, so that a launch does not have to wait for one. */
export class WarmKeeper {
  readonly #stop = new AbortController();
  readonly #pause = new WakeablePause();
  #loop: Promise<void> | undefined;
  #quietSince: number | undefined;
  #grownUntil = -Infinity;

  constructor(private readonly parts: WarmKeeperParts) {}

  start(): void {
    this.parts.warm.onChange(() => this.#changed());
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the agent is stopping'));
    await this.#loop;
  }

  /** If only one is kept, every launch takes the last one, so that does not count as a burst. */
  #changed(): void {
    const { warm, wanted } = this.parts;
    if (wanted > 1 && warm.free.length === 0) this.#grownUntil = steadyNow() + AFTER_BURST.forMs;
    this.#pause.wake();
  }

  get #wanted(): number {
    const { wanted } = this.parts;
    return steadyNow() < this.#grownUntil ? Math.max(wanted, AFTER_BURST.kept) : wanted;
  }

  async #run(): Promise<void> {
    const { warm } = this.parts;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      if (warm.free.length >= this.#wanted) {
        this.#quietSince = undefined;
        await this.#pause.wait(IDLE_MS, signal);
      } else if (!this.#mayMint()) {
        await pause(LOOK_MS, signal);
      } else if (await this.#mintOne(failures)) {
        failures = 0;
      } else {
        failures += 1;
        await pause(backoffMs(failures, PAUSES), signal);
      }
    }
  }

  #mayMint(): boolean {
    if (!this.parts.mayMint()) {
      this.#quietSince = undefined;
      return false;
    }
    this.#quietSince ??= steadyNow();
    return steadyNow() - this.#quietSince >= this.parts.restMs;
  }

  async #mintOne(failures: number): Promise<boolean> {
    const { warm, mint, logger } = this.parts;
    try {
      const secrets = await mint(this.#stop.signal);
      await warm.put(secrets);
      logger.info({ event: 'identity.made-ahead', address: secrets.address, free: warm.free.length });
      return true;
    } catch (error) {
      if (this.#stop.signal.aborted) return false;
      const { code, fix } = error as Partial<AppError>;
      const line = { event: 'identity.not-made-ahead', code, cause: describeError(error), fix, failures: failures + 1 };
      logger.warn(line, 'cannot pre-generate an identity; launches generate their own');
      return false;
    }
  }
}
