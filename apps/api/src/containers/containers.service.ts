import { Injectable } from '@nestjs/common';
import {
  explain,
  LogsResult,
  type Container,
  type ContainerLogs,
  type ContainerPage,
  type ContainerQuery,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { HostCalls } from '../bus/host-calls.service.js';
import type { Sql } from '../database/sql.js';
import { Store } from '../database/store.js';
import { References, type FoundContainer } from '../references/references.service.js';
import { unknownAttachment } from './container-changes.service.js';
import { ContainersRepository, type OnlyContainers } from './containers.repository.js';

/** Containers as they are desired, and as the engine last showed them. */
@Injectable()
export class ContainersService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: ContainersRepository,
    private readonly calls: HostCalls,
  ) {}

  async list(query: ContainerQuery, kind: Pick<OnlyContainers, 'kind'> = {}): Promise<ContainerPage> {
    const host = query.host === undefined ? undefined : await this.references.host(this.store, query.host);
    const network = query.network === undefined ? undefined : await this.references.network(this.store, query.network);
    return this.repository.list(this.store, query, { host: host?.id, network, ...kind });
  }

  async get(reference: string): Promise<Container> {
    return this.read(this.store, await this.references.container(this.store, reference));
  }

  /** A container with a network of its own is unknown here. */
  async getAttachment(reference: string): Promise<Container> {
    const container = await this.get(reference);
    if (container.workload === null) throw unknownAttachment(reference);
    return container;
  }

  async read(sql: Sql, { id, hostName, name }: FoundContainer): Promise<Container> {
    const container = await this.repository.get(sql, id);
    if (container) return container;
    throw new AppError({
      kind: 'user',
      ...explain('unknown-container', { cause: `there is no container ${hostName}/${name}` }),
    });
  }

  /** The last lines of a container's log, requested from its host now. */
  async logs(host: string, name: string, tail: number): Promise<ContainerLogs> {
    const node = await this.references.nodeOfContainer(this.store, host, name);
    const where = { id: node.hostId, name: node.hostName };
    const { text } = await this.calls.call(where, { op: 'logs', node: node.id, tail }, LogsResult);
    return { lines: text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1) };
  }
}
