import { Inject, Injectable } from '@nestjs/common';
import { NetworkId, type ControllerId } from '@orrery/shared/contracts';
import { describeError, type Logger } from '@orrery/shared/runtime';
import { ControllerChecks } from '../controllers/controller-checks.js';
import { retireIdentities } from '../identities/identities.js';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { Store } from '../database/store.js';
import { LOGGER } from '../logger.js';
import { Bell } from '../loops/bell.js';
import type { Loop } from '../loops/loop.js';
import { AdmissionRepository } from './admission.repository.js';
import { NetworkDeletions } from './network-deletions.js';
import { NetworkReconciler } from './network-reconciler.js';

/** How often it looks without a hint: for an address that was just learned, a time that has run out, a controller that is back. */
const LOOK_MS = 1000;

/**
 * The one owner of the loop that keeps controllers as they are to be. At once where a hint says that something changed; every second for
 * what is wanted and not done; every few seconds it reads what each controller says. Replicas share the reading: who claims a controller
 * reads it.
 */
@Injectable()
export class AdmissionWorker implements Loop {
  readonly #bell = new Bell();
  readonly #hinted = new Set<NetworkId>();
  readonly #rounds = new Map<ControllerId, Promise<void>>();

  constructor(
    private readonly store: Store,
    private readonly repository: AdmissionRepository,
    private readonly reconciler: NetworkReconciler,
    private readonly checks: ControllerChecks,
    private readonly deletions: NetworkDeletions,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const deafen = this.notifications.on(CHANNELS.admission, {
      heard: (payload) => {
        const network = NetworkId.safeParse(payload);
        if (network.success) this.#hinted.add(network.data);
        this.#bell.ring();
      },
      listening: () => this.#bell.ring(),
    });
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) =>
        this.logger.debug({ event: 'admission.not-looked', cause: describeError(error) }, 'the next second will do'),
      );
      await this.#bell.heard(LOOK_MS, signal);
    }
    deafen();
    await Promise.all(this.#rounds.values());
  }

  /** Begins what is due, and waits for nothing that could be slow: one controller that hangs holds up no other. */
  async #look(): Promise<void> {
    const due = new Set([...this.#hinted, ...(await this.repository.unsettled(this.store, null))]);
    this.#hinted.clear();
    await retireIdentities(this.store);
    for (const network of due) void this.reconciler.reconcile(network, { read: false });
    for (const controller of await this.checks.claimDue()) this.#begin(controller);
  }

  #begin(controller: ControllerId): void {
    if (this.#rounds.has(controller)) return;
    const round = this.#round(controller)
      .catch((error: unknown) => {
        const line = { event: 'controller.not-read', controller, cause: describeError(error) };
        this.logger.debug(line, 'a controller was not read; the next time will do');
      })
      .finally(() => this.#rounds.delete(controller));
    this.#rounds.set(controller, round);
  }

  async #round(controller: ControllerId): Promise<void> {
    if (!(await this.checks.check(controller))) return;
    await this.deletions.settle(controller);
    for (const network of await this.repository.networksOf(this.store, controller))
      await this.reconciler.reconcile(network, { read: true });
  }
}
