import { Inject, Injectable } from '@nestjs/common';
import type { ControllerId } from '@orrery/shared/contracts';
import { describeError, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { AddressClaims } from './address-claims.service.js';
import { CLAIMS_HINT, readHint, type AdmissionHint } from './admission-hint.js';
import { AdmissionRounds } from './admission-rounds.js';

/** How often it looks without a hint, where there are controllers to be read or claims that may have ended. */
const LOOK_MS = 1000;

/**
 * The one owner of the loop that keeps controllers as they are to be. At once where a hint says that something changed; every few seconds
 * it reads what each controller says, and does whatever is missing there. Replicas share the reading: the one that claims a controller
 * reads it.
 */
@Injectable()
export class AdmissionWorker implements Loop {
  readonly #pause = new WakeablePause();
  #hinted: AdmissionHint[] = [];
  readonly #reading = new Map<ControllerId, Promise<void>>();

  constructor(
    private readonly rounds: AdmissionRounds,
    private readonly claims: AddressClaims,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const deafen = this.notifications.on(CHANNELS.admission, {
      heard: (payload) => {
        const hint = readHint(payload);
        if (hint) this.#hinted.push(hint);
        this.#pause.wake();
      },
      // What was told meanwhile was not heard.
      listening: () => {
        this.#hinted.push(CLAIMS_HINT);
        this.#pause.wake();
      },
    });
    while (!signal.aborted) {
      const isIdle = await this.#look().catch((error: unknown) => {
        this.logger.debug({ event: 'admission.not-looked', cause: describeError(error) }, 'the next second will do');
        return false;
      });
      await this.#pause.wait(isIdle ? this.notifications.lookAfterMs : LOOK_MS, signal);
    }
    deafen();
    await Promise.all(this.#reading.values());
  }

  /** One controller that hangs holds up no other. True: there is nothing to look at until a hint comes. */
  async #look(): Promise<boolean> {
    const hinted = this.#hinted;
    this.#hinted = [];
    for (const hint of hinted) if (hint !== CLAIMS_HINT) this.rounds.begin(hint);
    const isSettled = await this.claims.settle(hinted.includes(CLAIMS_HINT));
    if (!(await this.rounds.hasControllers())) return isSettled;
    for (const controller of await this.rounds.due()) this.#read(controller);
    return false;
  }

  #read(controller: ControllerId): void {
    if (this.#reading.has(controller)) return;
    const reading = this.rounds
      .read(controller)
      .catch((error: unknown) => {
        const line = { event: 'controller.not-read', controller, cause: describeError(error) };
        this.logger.debug(line, 'a controller was not read; the next time will do');
      })
      .finally(() => this.#reading.delete(controller));
    this.#reading.set(controller, reading);
  }
}
