import { Injectable } from '@nestjs/common';
import type { ControllerId, HostId, NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { withVisibility } from '../database/visibility.js';
import { Introductions } from '../introductions/introductions.service.js';
import type { BeforePublishing } from '../wanted/desired-publisher.js';
import { Candidates } from './candidates.repository.js';
import { NetworkReconciler } from './network-reconciler.js';

/**
 * How long a controller is waited for. What takes longer is done all the same: a launch continues and says what it waits for, an answer
 * shows what is pending.
 */
const PATIENCE_MS = { launch: 1000, answer: 3000 };

/** What waits, for a moment, until controllers are as they are to be: publishing to a host, and answers to requests that change something. */
@Injectable()
export class AdmissionGate implements BeforePublishing {
  constructor(
    private readonly store: Store,
    private readonly candidates: Candidates,
    private readonly reconciler: NetworkReconciler,
    private readonly introductions: Introductions,
  ) {}

  /**
   * What a host is to be told waits until those whom it concerns are let in: zerotier-one needs half a second to its address when its
   * controller knows it already, and six to ten when it asks first (docs/zerotier-facts.md#from-start-to-address).
   */
  async settle(host: HostId): Promise<void> {
    await within(PATIENCE_MS.launch, () => Promise.all([this.#letIn(host), this.introductions.introduce(host)]));
  }

  /** For an answer: all of a network, or what concerns these addresses. */
  settleNetwork(network: NetworkId, addresses: readonly NodeAddress[] | null = null): Promise<void> {
    return beforeAnswering(() => this.reconciler.reconcile(network, { read: false, addresses }));
  }

  /** For an answer: the controller's networks that were deleted here. */
  settleDeletions(controller: ControllerId): Promise<void> {
    return beforeAnswering(() => this.reconciler.deleteRemoved(controller).catch(() => undefined));
  }

  async #letIn(host: HostId): Promise<void> {
    const rows = await this.candidates.unsettled(this.store, host);
    const networks = new Map<NetworkId, NodeAddress[]>();
    for (const { network, address } of rows) networks.set(network, [...(networks.get(network) ?? []), address]);
    await Promise.all([...networks].map(([network, addresses]) => this.reconciler.letIn(network, addresses)));
  }
}

/** What is done is the process's own work, not the token's. */
const beforeAnswering = (work: () => Promise<void>) =>
  within(PATIENCE_MS.answer, () => withVisibility(undefined, work));

async function within(patienceMs: number, work: () => Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work(), pause(patienceMs, done.signal)]);
  done.abort();
}
