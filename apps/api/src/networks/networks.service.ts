import { Injectable } from '@nestjs/common';
import {
  explain,
  type Network,
  type NetworkId,
  type NetworkPage,
  type NetworkQuery,
  type NetworkSync,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Sql } from '../database/sql.js';
import { Store } from '../database/store.js';
import { References } from '../references/references.service.js';
import { networkFindings } from './network-findings.js';
import { NetworksRepository, type NetworkRow } from './networks.repository.js';

/** Networks as they are desired, as their controllers have them, and with the nodes that are in them. */
@Injectable()
export class NetworksService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: NetworksRepository,
  ) {}

  async list(query: NetworkQuery): Promise<NetworkPage> {
    const controller =
      query.controller === undefined ? undefined : (await this.references.controller(this.store, query.controller)).id;
    const { items, next } = await this.repository.list(this.store, query, controller);
    return { items: items.map(withFindings), next };
  }

  idOf(sql: Sql, reference: string): Promise<NetworkId> {
    return this.references.network(sql, reference);
  }

  async get(reference: string): Promise<Network> {
    return this.read(this.store, await this.references.network(this.store, reference));
  }

  /** Of a network that was removed here: whether its controller has deleted it. */
  async deletionOf(id: NetworkId): Promise<NetworkSync> {
    if (!(await this.repository.isBeingDeleted(this.store, id))) return { state: 'applied', cause: null };
    return { state: 'pending', cause: 'its controller has not confirmed yet that it deleted it' };
  }

  async read(sql: Sql, id: NetworkId): Promise<Network> {
    const network = await this.repository.get(sql, id);
    if (network) return withFindings(network);
    throw new AppError({
      kind: 'user',
      ...explain('unknown-network', { cause: `no node here is in ${id}, and it has no name` }),
    });
  }
}

function withFindings({ use, ...network }: NetworkRow): Network {
  const { config, managedBy } = network;
  const ofController =
    use.controllerState === 'absent' || use.controllerState === 'moved' ? use.controllerState : undefined;
  const code = ofController && (`controller-${ofController}` as const);
  const trouble = code
    ? [
        {
          severity: 'error' as const,
          ...explain(code, { cause: `${managedBy?.name ?? 'its controller'}: ${use.controllerCause ?? ofController}` }),
          commands: [],
        },
      ]
    : [];
  return { ...network, findings: [...trouble, ...(config ? networkFindings(config, use) : [])] };
}
