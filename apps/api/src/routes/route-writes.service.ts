import { Injectable } from '@nestjs/common';
import {
  explain,
  type HostId,
  type KeptRoute,
  type NetworkId,
  type NodeId,
  type NodeRef,
  type RouteId,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { AdmissionGate } from '../admission/admission-gate.js';
import { hint } from '../admission/hints.js';
import { NetworkEntity } from '../database/entities/network.entity.js';
import type { Transaction } from '../database/sql.js';
import { beyondScope } from '../database/transaction.js';
import { writeToOutbox } from '../events/outbox.js';
import { notKept } from '../networks/network-refusals.js';
import { References } from '../references/references.service.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { refuseBeyondHosts, refuseForeignNetworks } from '../wanted/network-scope.js';
import { lockHosts } from '../wanted/revisions.js';
import type { RoutedNetwork, RouterChange } from './routers.service.js';
import { tellOfSwitch } from './route-keeper.service.js';
import { RoutesRepository, type RouteOfNetwork } from './routes.repository.js';

/** A network that Orrery keeps, locked until the end of the transaction, with its routes. */
export interface NetworkWithRoutes extends RoutedNetwork {
  routes: RouteOfNetwork[];
  targets: string[];
}

/** Locks what a change to routes reads, and writes it: their rows, what hosts are to do, and the events. */
@Injectable()
export class RouteWrites {
  constructor(
    private readonly references: References,
    private readonly repository: RoutesRepository,
    private readonly writer: DesiredWriter,
    private readonly gate: AdmissionGate,
  ) {}

  /** Throws AppError `unknown-network`, `network-not-kept`, `forbidden`. */
  async lock(tx: Transaction, reference: string): Promise<NetworkWithRoutes> {
    const id = await this.references.network(tx, reference);
    refuseForeignNetworks([id]);
    refuseBeyondHosts();
    const found = await tx.findOne(NetworkEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!found?.config) throw notKept(id);
    const routes = await this.repository.ofNetwork(tx, id);
    return { id, name: found.name, config: found.config, routes, targets: routes.map(({ target }) => target) };
  }

  /** Networks are locked before hosts, everywhere. */
  lockHosts(tx: Transaction, hosts: readonly HostId[]): Promise<void> {
    return lockHosts(tx, hosts);
  }

  /** Locks the hosts of a route's routers. Throws AppError `forbidden` if the token does not see all of them. */
  async lockHostsOf(tx: Transaction, { id, nodes }: RouteOfNetwork): Promise<void> {
    const all = await beyondScope(tx, () => this.repository.nodesOf(tx, id));
    if (all.length > nodes.length) throw new AppError({ kind: 'user', ...explain('forbidden/beyond-scope') });
    await lockHosts(tx, await this.repository.hostsOf(tx, nodes));
  }

  /** What hosts are to do. */
  write(tx: Transaction, made: readonly RouterChange[]): Promise<void> {
    return this.writer.write(
      tx,
      made.map(({ change }) => change),
    );
  }

  async add(tx: Transaction, network: NetworkId, route: RouteOfNetwork): Promise<void> {
    await this.repository.add(tx, route, network);
    await hint(tx, network);
  }

  async switchTo(tx: Transaction, network: NetworkId, id: RouteId, node: NodeId): Promise<void> {
    await this.repository.switchTo(tx, id, node, { isAsked: true });
    await hint(tx, network);
  }

  /** Before what its routers are to do: until then, it needs them. */
  async remove(tx: Transaction, network: NetworkId, id: RouteId): Promise<void> {
    await this.repository.remove(tx, id);
    await hint(tx, network);
  }

  async tell(
    tx: Transaction,
    type: 'route.opened' | 'route.closed',
    { network, target, router }: KeptRoute,
    by: string,
  ): Promise<void> {
    await writeToOutbox(tx, { type, data: { network: network.id, target, router, by } }, { networkId: network.id });
  }

  async tellSwitch(tx: Transaction, route: KeptRoute, router: NodeRef, by: string): Promise<void> {
    const cause = `${by} asked for it`;
    await tellOfSwitch(tx, { ...route, from: route.router, to: router, by, cause });
  }

  /** Before an answer: lets the controller know. */
  settle(network: NetworkId): Promise<void> {
    return this.gate.settleNetwork(network);
  }
}
