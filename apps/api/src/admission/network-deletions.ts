import { Injectable } from '@nestjs/common';
import type { ControllerId, NetworkId } from '@orrery/shared/contracts';
import { ControllerDoors } from '../controllers/controller-doors.js';
import { Store } from '../database/store.js';
import { NetworkReconciler } from './network-reconciler.js';

/** Networks that were deleted here while their controller was away are deleted there when it is back. */
@Injectable()
export class NetworkDeletions {
  constructor(
    private readonly store: Store,
    private readonly doors: ControllerDoors,
    private readonly reconciler: NetworkReconciler,
  ) {}

  /** Throws what the door throws. */
  async settle(controller: ControllerId): Promise<void> {
    const rows = await this.store.query<{ id: NetworkId }[]>(
      'SELECT network_id AS id FROM network_deletions WHERE controller_id = $1 ORDER BY asked_at LIMIT 100',
      [controller],
    );
    if (rows.length === 0) return;
    const door = await this.doors.open(controller);
    for (const { id } of rows) {
      // What is being written there would make it again.
      await this.reconciler.alone(id, () => door.deleteNetwork(id));
      await this.store.query('DELETE FROM network_deletions WHERE network_id = $1', [id]);
    }
  }
}
