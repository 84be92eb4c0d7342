import { Injectable } from '@nestjs/common';
import type { HostId, NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import type { BeforePublishing } from '../desired/desired-publisher.js';
import { Introductions } from '../introductions/introductions.service.js';
import { AdmissionRepository } from './admission.repository.js';
import { NetworkReconciler } from './network-reconciler.js';

/** A controller that takes longer is not waited for: the launch goes on, and says what it waits for. */
const PATIENCE_MS = 1000;

/**
 * What a host is to be told waits until those whom it concerns are let in: zerotier-one needs half a second to its address when its
 * controller knows it already, and six to ten when it asks first (docs/zerotier-facts.md#from-start-to-address).
 */
@Injectable()
export class AdmissionGate implements BeforePublishing {
  constructor(
    private readonly store: Store,
    private readonly repository: AdmissionRepository,
    private readonly reconciler: NetworkReconciler,
    private readonly introductions: Introductions,
  ) {}

  async settle(host: HostId): Promise<void> {
    const done = new AbortController();
    const work = Promise.all([this.#letIn(host), this.introductions.introduce(host)]);
    await Promise.race([work, pause(PATIENCE_MS, done.signal)]);
    done.abort();
  }

  async #letIn(host: HostId): Promise<void> {
    const rows = await this.repository.unsettled(this.store, host);
    const networks = new Map<NetworkId, NodeAddress[]>();
    for (const { network, address } of rows) networks.set(network, [...(networks.get(network) ?? []), address]);
    await Promise.all([...networks].map(([network, addresses]) => this.reconciler.letIn(network, addresses)));
  }
}
