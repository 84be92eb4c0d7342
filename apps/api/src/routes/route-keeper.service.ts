import { Injectable } from '@nestjs/common';
import type { KeptRoute, NetworkId, NodeId, NodeRef, RouteId } from '@orrery/shared/contracts';
import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { lockHosts } from '../wanted/revisions.js';
import { routerDraft, type ItemDraft } from '../wanted/wanted-items.js';
import { Wanted } from '../wanted/wanted.service.js';
import { decideServing, watchingOf, type Serving, type Watching } from './decide-serving.js';
import { RoutesRepository, type RouteRow } from './routes.repository.js';
import { servedRoute } from './standing.js';

/** Who made a switch that nobody asked for. */
const FAILOVER = 'failover';

/**
 * Keeps the routes of a network with routers that work, and tells their routers what to watch for that. Level-triggered:
 * anyone may call it at any time. A switch is what a person would do by hand; what is announced follows.
 */
@Injectable()
export class RouteKeeper {
  constructor(
    private readonly store: Store,
    private readonly repository: RoutesRepository,
    private readonly wanted: Wanted,
    private readonly writer: DesiredWriter,
  ) {}

  async keep(network: NetworkId): Promise<void> {
    const rows = await this.repository.rowsOf(this.store, network);
    const isDue = rows.some((row) => switchOf(row) !== undefined) || rewatched(rows).size > 0;
    if (isDue) await this.store.transaction((tx) => this.#keep(tx, network));
  }

  /** Decides once more behind the lock of the network, so that of several replicas only one switches. */
  async #keep(tx: Transaction, network: NetworkId): Promise<void> {
    await tx.query('SELECT FROM networks WHERE id = $1 FOR UPDATE', [network]);
    for (const row of await this.repository.rowsOf(tx, network)) {
      const next = switchOf(row);
      if (!next) continue;
      const { to, cause } = next;
      await this.repository.switchTo(tx, row.id, to.node, { isAsked: false });
      const from = row.via.find(({ node }) => node.id === row.nodeId)?.node.name ?? null;
      await tellOfSwitch(tx, { ...row, from, to: { id: to.node, name: to.name }, by: FAILOVER, cause });
    }
    await this.#watch(tx, network, await this.repository.rowsOf(tx, network));
  }

  async #watch(tx: Transaction, network: NetworkId, rows: readonly RouteRow[]): Promise<void> {
    const watching = rewatched(rows);
    const hosts = await this.repository.hostsOf(tx, [...watching.keys()]);
    await lockHosts(tx, hosts);
    const items = new Map(hosts.map((host) => [host, [] as ItemDraft[]]));
    for (const [node, next] of watching) {
      const router = await this.wanted.router(tx, node, network);
      if (router?.intent !== 'present') continue;
      const { watch: _watch, check: _check, ...others } = router;
      items.get(router.hostId)?.push(routerDraft({ ...others, ...next }));
    }
    const changes = [...items].map(([hostId, drafts]) => ({ hostId, items: drafts }));
    await this.writer.adjust(
      tx,
      changes.filter((change) => change.items.length > 0),
    );
  }
}

/** While its controller is away nobody would take the other way, so the route stays until that is back. */
function switchOf(row: RouteRow): Extract<Serving, { do: 'switch' }> | undefined {
  if (row.isControllerAway) return undefined;
  const serving = decideServing(servedRoute(row));
  return serving.do === 'switch' ? serving : undefined;
}

/** The routers that are to watch something else than they were told. */
function rewatched(rows: readonly RouteRow[]): Map<NodeId, Watching> {
  const told = new Map(rows.flatMap(({ via }) => via.map((router) => [router.node.id, router.told] as const)));
  const next = [...watchingOf(rows.map(servedRoute))];
  return new Map(
    next.filter(([node, watching]) => {
      const is = told.get(node);
      return is && !isDeepStrictEqual(is, watching);
    }),
  );
}

interface Switched extends Pick<KeptRoute, 'target'> {
  id: RouteId;
  network: Pick<KeptRoute['network'], 'id'>;
  from: string | null;
  to: Pick<NodeRef, 'id' | 'name'>;
  by: string;
  cause: string;
}

/** Records that another router is to carry a route. */
export async function tellOfSwitch(tx: Transaction, switched: Switched): Promise<void> {
  const { id: route, network, target, from, to, by, cause } = switched;
  const data = { route, network: network.id, target, router: to.name, from, by, cause };
  await writeToOutbox(tx, { type: 'route.switched', data }, { networkId: network.id, nodeId: to.id });
}
