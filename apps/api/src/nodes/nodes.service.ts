import { Injectable } from '@nestjs/common';
import { explain, type Node, type NodePage, type NodeQuery } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { References } from '../references/references.service.js';
import { NodesRepository } from './nodes.repository.js';

@Injectable()
export class NodesService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: NodesRepository,
  ) {}

  async list(query: NodeQuery): Promise<NodePage> {
    const host = query.host === undefined ? undefined : await this.references.host(this.store, query.host);
    return this.repository.list(this.store, query, host?.id);
  }

  async get(reference: string): Promise<Node> {
    const { id, name } = await this.references.node(this.store, reference);
    const node = await this.repository.get(this.store, id);
    if (node) return node;
    throw new AppError({
      kind: 'user',
      ...explain('unknown-node', { cause: `node ${name} was removed in the meantime` }),
    });
  }
}
