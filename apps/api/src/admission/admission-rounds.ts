import { Injectable } from '@nestjs/common';
import type { ControllerId, NetworkId } from '@orrery/shared/contracts';
import { ControllerChecks } from '../controllers/controller-checks.js';
import { Store } from '../database/store.js';
import { retireIdentities } from '../identities/identities.js';
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

  /** Begins what is wanted and not done, in these networks and in all others, and waits for none of it. */
  async settle(hinted: Iterable<NetworkId>): Promise<void> {
    await retireIdentities(this.store);
    const due = new Set([...hinted, ...(await this.repository.unsettled(this.store, null))]);
    for (const network of due) void this.reconciler.reconcile(network, { read: false });
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
      await this.reconciler.reconcile(network, { read: true });
  }
}
