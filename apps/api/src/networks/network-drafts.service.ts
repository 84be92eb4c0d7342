import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  NEW_NETWORK,
  type ControllerId,
  type NetworkConfig,
  type NetworkId,
  type NetworkPost,
  type RouteOverlap,
} from '@orrery/shared/contracts';
import type { AppError } from '@orrery/shared/runtime';
import { ControllerChecks } from '../controllers/controller-checks.js';
import { ControllerDoors } from '../controllers/controller-doors.js';
import { Store } from '../database/store.js';
import { withVisibility } from '../database/visibility.js';
import { References } from '../references/references.service.js';
import { checkConfig } from './check-config.js';
import { anyPrefix, chooseFreePool, sharesOf, routeOverlaps } from './free-pool.js';
import { noFreePool } from './network-refusals.js';
import { NetworksRepository } from './networks.repository.js';

/** A network that is about to be created. */
export interface NetworkDraft {
  id: NetworkId;
  controllerId: ControllerId;
  config: NetworkConfig;
  /** The number of hosts whose routes were checked when its pool was chosen; null if the pool was given. */
  checkedHosts: number | null;
  /** Hosts whose routes overlap a given pool. It is accepted all the same: a host's claims must not block anyone. */
  overlaps: RouteOverlap[];
}

const random = () => randomInt(2 ** 32) / 2 ** 32;

/** Fills in what a request for a network leaves open: its controller, its pool, its ID. */
@Injectable()
export class NetworkDrafts {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: NetworksRepository,
    private readonly doors: ControllerDoors,
    private readonly checks: ControllerChecks,
  ) {}

  /** Throws AppError `no-controller`, `no-free-pool`, `bad-request`, and the errors of the door. */
  async draft({ name, controller, config: wanted }: NetworkPost, dryRun: boolean): Promise<NetworkDraft> {
    const { id: controllerId } = await this.references.controllerOrOnly(this.store, controller);
    const { config, checkedHosts } = await this.#withPool(name, { ...NEW_NETWORK, ...wanted });
    checkConfig(config);
    const overlaps = checkedHosts === null ? await this.#overlaps(config) : [];
    return { id: await this.#newId(controllerId, dryRun), controllerId, config, checkedHosts, overlaps };
  }

  /**
   * The draft was not used: the name is taken, or the request is a repetition. Central created the network when it
   * picked the ID.
   */
  async giveUp({ controllerId, id }: NetworkDraft): Promise<void> {
    const door = await this.doors.open(controllerId);
    await door.deleteNetwork(id);
  }

  async #withPool(network: string, config: NetworkConfig): Promise<Pick<NetworkDraft, 'config' | 'checkedHosts'>> {
    if (config.pools.length > 0 || config.routes.length > 0 || !config.v4.pools) return { config, checkedHosts: null };
    // Checks all hosts, not only those that the token sees.
    const taken = () => this.repository.takenPrefixes(this.store);
    const { prefixes, hosts } = await withVisibility(undefined, taken);
    const chosen = chooseFreePool(prefixes, random);
    if (!chosen) throw await this.#noFreePool(network);
    return { config: { ...config, pools: [chosen.pool], routes: [chosen.route] }, checkedHosts: hosts };
  }

  /** Names what takes the space, as far as the requesting token sees it. */
  async #noFreePool(network: string): Promise<AppError> {
    const takers = await withVisibility(undefined, () => this.repository.takers(this.store));
    const shares = sharesOf(takers);
    const ids = shares.map(({ by }) => by);
    const names = await this.repository.namesOf(this.store, ids);
    return noFreePool({ network, shares, names, pool: anyPrefix(random) });
  }

  async #overlaps({ routes }: NetworkConfig): Promise<RouteOverlap[]> {
    const targets = routes.map(({ target }) => target);
    if (targets.length === 0) return [];
    const hosts = await withVisibility(undefined, () => this.repository.hostPrefixes(this.store));
    const ids = hosts.map(({ by }) => by);
    const names = await this.repository.namesOf(this.store, ids);
    return routeOverlaps(targets, hosts, (host) => names.get(host));
  }

  /**
   * Central creates the network when it picks the ID, so a dry run uses a random ID instead, after checking that the
   * controller is reachable.
   */
  async #newId(controller: ControllerId, dryRun: boolean): Promise<NetworkId> {
    // A controller launched a moment ago answers by now, and from here on its address is known.
    await this.checks.check(controller);
    const door = await this.doors.open(controller);
    if (!dryRun) return door.newNetworkId();
    await door.probe();
    return randomInt(2 ** 47)
      .toString(16)
      .padStart(16, '0');
  }
}
