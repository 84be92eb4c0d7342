import { Injectable } from '@nestjs/common';
import type { ControllerId, NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { withVisibility } from '../database/visibility.js';
import { NetworkDeletions } from './network-deletions.js';
import { NetworkReconciler } from './network-reconciler.js';

/** So long an answer waits for a controller; what takes longer is done all the same, and shows as pending. */
const PATIENCE_MS = 3000;

/** For who has just changed something and would like to answer with how it came out. What is done is the process's own work, not the token's. */
@Injectable()
export class Settling {
  constructor(
    private readonly reconciler: NetworkReconciler,
    private readonly removals: NetworkDeletions,
  ) {}

  /** All of it, or what concerns these addresses. */
  network(network: NetworkId, addresses: readonly NodeAddress[] | null = null): Promise<void> {
    return within(() => this.reconciler.reconcile(network, { read: false, addresses }));
  }

  deletions(controller: ControllerId): Promise<void> {
    return within(() => this.removals.settle(controller).catch(() => undefined));
  }
}

async function within(work: () => Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([withVisibility(undefined, work), pause(PATIENCE_MS, done.signal)]);
  done.abort();
}
