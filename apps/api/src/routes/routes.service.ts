import { Injectable } from '@nestjs/common';
import {
  explain,
  type KeptRoute,
  type KeptRoutePage,
  type NetworkId,
  type RouteId,
  type RouteQuery,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Sql } from '../database/sql.js';
import { Store } from '../database/store.js';
import { mapPage } from '../paging/keyset.js';
import { References } from '../references/references.service.js';
import { whoTakes, type WhoTakesIt } from './who-takes-it.js';
import { RoutesRepository } from './routes.repository.js';
import { shownRoute } from './standing.js';

/** Routes that routers bring into networks, as they are desired and as they are announced. */
@Injectable()
export class RoutesService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: RoutesRepository,
  ) {}

  async list(query: RouteQuery): Promise<KeptRoutePage> {
    const { network } = await this.references.filter(this.store, { network: query.network });
    return mapPage(await this.repository.list(this.store, query, network), shownRoute);
  }

  async get(network: string, reference: string): Promise<KeptRoute> {
    const id = await this.find(this.store, await this.references.network(this.store, network), network, reference);
    return this.read(this.store, id);
  }

  /** `reference`: the ID of a route, or its target, with `-` in place of the slash if it is part of a path. */
  async find(sql: Sql, network: NetworkId, name: string, reference: string): Promise<RouteId> {
    const id = await this.repository.find(sql, network, reference.replace(/-(?=\d+$)/, '/'));
    if (id) return id;
    throw new AppError({ kind: 'user', ...explain('unknown-prefix/network', { network: name, route: reference }) });
  }

  /** What people have decided about a route; undefined: there is none. */
  decided(sql: Sql, network: NetworkId, target: string): Promise<object | undefined> {
    return this.repository.decided(sql, network, target);
  }

  /** Hosts in the network that the token sees, and what their own daemons will do with this prefix. */
  async whoTakes(sql: Sql, network: NetworkId, target: string): Promise<WhoTakesIt> {
    return whoTakes(target, await this.repository.daemonsIn(sql, network));
  }

  async read(sql: Sql, id: RouteId): Promise<KeptRoute> {
    const row = await this.repository.get(sql, id);
    if (row) return shownRoute(row);
    throw new AppError({ kind: 'user', ...explain('unknown-prefix', { cause: `there is no route ${id}` }) });
  }
}
