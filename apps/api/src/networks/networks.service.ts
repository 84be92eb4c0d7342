import { Injectable } from '@nestjs/common';
import type { Network, NetworkId, NetworkPage, PageQuery } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Answer } from '../changes/changes.service.js';
import type { Sql } from '../database/sql.js';
import { Store } from '../database/store.js';
import { refuseForeignNetworks } from '../desired/network-scope.js';
import { writeToOutbox } from '../events/outbox.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { breaksUnique } from '../http/store-errors.js';
import { References } from '../references/references.service.js';
import { NetworksRepository } from './networks.repository.js';

@Injectable()
export class NetworksService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly repository: NetworksRepository,
  ) {}

  list(query: PageQuery): Promise<NetworkPage> {
    return this.repository.list(this.store, query);
  }

  async get(reference: string): Promise<Network> {
    return this.#read(this.store, await this.references.network(this.store, reference));
  }

  /** Gives a network the name by which people may write it. */
  async setName(asked: Asked, reference: string, name: string): Promise<Answer> {
    return this.changes
      .run(asked, async (transaction) => {
        const id = await this.references.network(transaction, reference);
        refuseForeignNetworks([id]);
        checkIfMatch(asked.ifMatch, await this.repository.lockVersion(transaction, id), `network ${id}`);
        await this.repository.setName(transaction, id, name);
        const data = { network: id, name, by: asked.by };
        await writeToOutbox(transaction, { type: 'network.named', data }, { networkId: id });
        const network = await this.#read(transaction, id);
        return { status: 200, headers: { etag: etag(network.version) }, body: network, hosts: [] };
      })
      .catch((error: unknown) => {
        throw breaksUnique(error, 'networks_name_key') ? nameTaken(name) : error;
      });
  }

  async #read(sql: Sql, id: NetworkId): Promise<Network> {
    const network = await this.repository.get(sql, id);
    if (network) return network;
    throw new AppError({
      code: 'unknown-network',
      kind: 'user',
      cause: `nothing here is in ${id}, and it has no name`,
    });
  }
}

const nameTaken = (name: string) =>
  new AppError({
    code: 'name-taken',
    kind: 'user',
    cause: `another network is named ${name}`,
    fix: 'Choose another name; orrery network ls shows those in use.',
  });
