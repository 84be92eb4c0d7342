import { Injectable } from '@nestjs/common';
import type { ControllerId, NetworkId } from '@orrery/shared/contracts';
import { ControllerChecks } from '../controllers/controller-checks.js';
import { Store } from '../database/store.js';
import { AddressClaims } from './address-claims.service.js';
import { CLAIMS_HINT, type AdmissionHint } from './admission-hint.js';
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
    private readonly claims: AddressClaims,
  ) {}

  /**
   * Begins what the hints name, and waits for none of it. What no hint names is found when its controller is read, every few seconds and
   * as soon as it is back: nothing here looks at whole networks.
   */
  async settle(hints: readonly AdmissionHint[]): Promise<void> {
    for (const hint of hints)
      if (hint !== CLAIMS_HINT)
        void this.reconciler.reconcile(hint.network, { read: false, addresses: hint.addresses });
    await this.claims.settle(hints.includes(CLAIMS_HINT));
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
