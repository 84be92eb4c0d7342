import { Inject, Injectable } from '@nestjs/common';
import type { ControllerId } from '@orrery/shared/contracts';
import { describeError, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { ControllerChecks } from '../controllers/controller-checks.js';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { Store } from '../database/store.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { ClaimFindings } from './claim-findings.js';
import { Candidates } from './candidates.repository.js';
import { CLAIMS_HINT, readHint, type AdmissionHint, type PlaceHint } from './hints.js';
import { NetworkReconciler } from './network-reconciler.js';

/** Finds and does the work that is due on controllers. */
@Injectable()
export class AdmissionRounds {
  constructor(
    private readonly store: Store,
    private readonly candidates: Candidates,
    private readonly reconciler: NetworkReconciler,
    private readonly checks: ControllerChecks,
  ) {}

  /**
   * Starts the work that a hint names, without waiting for it. Changes without a hint are found when their controller
   * is read, every few seconds and as soon as it is reachable again, so nothing needs to scan whole networks in
   * between.
   */
  begin({ network, addresses }: PlaceHint): void {
    void this.reconciler.reconcile(network, { read: false, addresses });
  }

  /** When the first controller is added, a hint arrives. */
  hasControllers(): Promise<boolean> {
    return this.checks.areAny();
  }

  /** Controllers that this replica is to read now. */
  due(): Promise<ControllerId[]> {
    return this.checks.claimDue();
  }

  /** Begins the second step of routes that are switched. */
  async finishSwitches(): Promise<void> {
    for (const network of await this.candidates.switched(this.store)) this.begin({ network, addresses: [] });
  }

  /** Reads everything from a controller and acts on it. */
  async read(controller: ControllerId): Promise<void> {
    if (!(await this.checks.check(controller))) return;
    await this.reconciler.deleteRemoved(controller);
    for (const network of await this.candidates.networksOf(this.store, controller))
      await this.reconciler.reconcile(network, { read: true, addresses: null });
  }
}

/** How often to look without a hint while there are controllers to read, or claims that may have ended. */
const LOOK_MS = 1000;

/**
 * The one owner of the loop that keeps controllers up to date. It acts at once on a hint; every few seconds it also
 * reads each controller and does whatever is missing there. Replicas share the reading: the one that claims a
 * controller reads it.
 */
@Injectable()
export class AdmissionWorker implements Loop {
  readonly #pause = new WakeablePause();
  #hinted: AdmissionHint[] = [];
  readonly #reading = new Map<ControllerId, Promise<void>>();

  constructor(
    private readonly rounds: AdmissionRounds,
    private readonly claims: ClaimFindings,
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
      // Notifications sent while the connection was down are lost, so check everything.
      listening: () => {
        this.#hinted.push(CLAIMS_HINT);
        this.#pause.wake();
      },
    });
    while (!signal.aborted) {
      const isIdle = await this.#look().catch((error: unknown) => {
        this.logger.debug(
          { event: 'admission.not-looked', cause: describeError(error) },
          'cannot check admissions; retrying',
        );
        return false;
      });
      await this.#pause.wait(isIdle ? this.notifications.lookAfterMs : LOOK_MS, signal);
    }
    deafen();
    await Promise.all(this.#reading.values());
  }

  /**
   * A controller that hangs does not delay the others. Returns true when there is nothing to do until a hint arrives.
   */
  async #look(): Promise<boolean> {
    const hinted = this.#hinted;
    this.#hinted = [];
    for (const hint of hinted) if (hint !== CLAIMS_HINT) this.rounds.begin(hint);
    const isSettled = await this.claims.settle(hinted.includes(CLAIMS_HINT));
    if (!(await this.rounds.hasControllers())) return isSettled;
    for (const controller of await this.rounds.due()) this.#read(controller);
    await this.rounds.finishSwitches();
    return false;
  }

  #read(controller: ControllerId): void {
    if (this.#reading.has(controller)) return;
    const reading = this.rounds
      .read(controller)
      .catch((error: unknown) => {
        const line = { event: 'controller.not-read', controller, cause: describeError(error) };
        this.logger.debug(line, 'cannot read a controller; retrying');
      })
      .finally(() => this.#reading.delete(controller));
    this.#reading.set(controller, reading);
  }
}
