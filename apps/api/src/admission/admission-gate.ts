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
 * How long to wait for a controller. Slower work still completes: a launch continues and shows what it is waiting for,
 * and an answer shows what is pending.
 */
const PATIENCE_MS = { launch: 1000, answer: 3000 };

/**
 * Lets publishing to a host, and answers to requests that change something, wait briefly until controllers are up to
 * date.
 */
@Injectable()
export class AdmissionGate implements BeforePublishing {
  constructor(
    private readonly store: Store,
    private readonly candidates: Candidates,
    private readonly reconciler: NetworkReconciler,
    private readonly introductions: Introductions,
  ) {}

  /**
   * Delays the desired state of a host until the nodes that it concerns are authorized. zerotier-one gets its address
   * in half a second if its controller already knows it, and in six to ten seconds if it has to ask first
   * (docs/zerotier-facts.md#from-start-to-address).
   */
  async settle(host: HostId, prepared: Promise<unknown>): Promise<void> {
    await within(PATIENCE_MS.launch, async () => {
      const seen = new Set<string>();
      await Promise.all([this.#settleNew(host, seen), this.#endRoutes(host), this.introductions.introduce(host)]);
      // Nodes that were added meanwhile may be in the prepared state, too.
      await prepared.catch(() => undefined);
      if (await this.#settleNew(host, seen)) await this.introductions.introduce(host);
    });
  }

  /** Before an answer: settles the whole network, or only these addresses. */
  settleNetwork(network: NetworkId, addresses: readonly NodeAddress[] | null = null): Promise<void> {
    return beforeAnswering(() => this.reconciler.reconcile(network, { read: false, addresses }));
  }

  /** Before an answer: deletes the networks of this controller that were deleted here. */
  settleDeletions(controller: ControllerId): Promise<void> {
    return beforeAnswering(() => this.reconciler.deleteRemoved(controller).catch(() => undefined));
  }

  /** A route is taken back before its router forwards nothing any longer. */
  async #endRoutes(host: HostId): Promise<void> {
    const ends = await this.candidates.networksOfEnds(this.store, host);
    await Promise.all(ends.map((network) => this.reconciler.reconcile(network, { read: false, addresses: [] })));
  }

  /** Returns whether there were any that are not in `seen`. */
  async #settleNew(host: HostId, seen: Set<string>): Promise<boolean> {
    const keyOf = ({ network, address }: { network: NetworkId; address: NodeAddress }) => `${network} ${address}`;
    const unsettled = await this.candidates.unsettled(this.store, host);
    const added = unsettled.filter((one) => !seen.has(keyOf(one)));
    for (const one of added) seen.add(keyOf(one));
    await this.#letIn(added);
    return added.length > 0;
  }

  async #letIn(members: readonly { network: NetworkId; address: NodeAddress }[]): Promise<void> {
    const networks = new Map<NetworkId, NodeAddress[]>();
    for (const { network, address } of members) networks.set(network, [...(networks.get(network) ?? []), address]);
    await Promise.all([...networks].map(([network, addresses]) => this.reconciler.letIn(network, addresses)));
  }
}

/** Runs without the token's visibility, because the process does this work on its own behalf. */
const beforeAnswering = (work: () => Promise<void>) =>
  within(PATIENCE_MS.answer, () => withVisibility(undefined, work));

async function within(patienceMs: number, work: () => Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work(), pause(patienceMs, done.signal)]);
  done.abort();
}
