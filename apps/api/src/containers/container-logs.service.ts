import { Injectable } from '@nestjs/common';
import { LogsResult, type ContainerLogs } from '@orrery/shared/contracts';
import { HostCalls } from '../bus/host-calls.service.js';
import { Store } from '../database/store.js';
import { References } from '../references/references.service.js';

@Injectable()
export class ContainerLogsService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly calls: HostCalls,
  ) {}

  /** The last lines of a container's log, asked of its host now. */
  async tail(host: string, name: string, tail: number): Promise<ContainerLogs> {
    const node = await this.references.nodeOfContainer(this.store, host, name);
    const where = { id: node.hostId, name: node.hostName };
    const { text } = await this.calls.call(where, { op: 'logs', node: node.id, tail }, LogsResult);
    return { lines: text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1) };
  }
}
