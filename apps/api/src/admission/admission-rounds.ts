import { Injectable } from '@nestjs/common';
import type { ControllerId } from '@orrery/shared/contracts';
import { ControllerChecks } from '../controllers/controller-checks.js';
import { Store } from '../database/store.js';
import type { PlaceHint } from './admission-hint.js';
import { AdmissionRepository } from './admission.repository.js';
import { NetworkDeletions } from './network-deletions.js';
import { NetworkReconciler } from './network-reconciler.js';

/** What is due on controllers, and the doing of it. */
@Injectable()
export class AdmissionRounds {
  constructor(
    private readonly store: Store,
    private readonly repository: AdmissionRepository,
    private readonly reconciler: NetworkReconciler,
    private readonly checks: ControllerChecks,
    private readonly deletions: NetworkDeletions,
  ) {}

  /**
   * Begins what a hint names, and waits for none of it. What no hint names is found when its controller is read, every few seconds and as
   * soon as it is back: nothing looks at whole networks between.
   */
  begin({ network, addresses }: PlaceHint): void {
    void this.reconciler.reconcile(network, { read: false, addresses });
  }

  /** A hint comes with the first one. */
  hasControllers(): Promise<boolean> {
    return this.checks.areAny();
  }

  /** Controllers that are to be read now, by this replica. */
  due(): Promise<ControllerId[]> {
    return this.checks.claimDue();
  }

  /** Reads all that a controller says, and does what follows. */
  async read(controller: ControllerId): Promise<void> {
    if (!(await this.checks.check(controller))) return;
    await this.deletions.settle(controller);
    for (const network of await this.repository.networksOf(this.store, controller))
      await this.reconciler.reconcile(network, { read: true, addresses: null });
  }
}
