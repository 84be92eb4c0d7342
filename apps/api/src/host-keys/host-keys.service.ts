import { Injectable } from '@nestjs/common';
import { RotationResult, type Host } from '@orrery/shared/contracts';
import { HostCalls } from '../calls/host-calls.service.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Answer } from '../changes/changes.service.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { HostsService } from '../hosts/hosts.service.js';
import { References } from '../references/references.service.js';
import { askForRotation, revokeKey, withdrawRotation } from './key-writes.js';

/** What people do about the key with which a host gets in. */
@Injectable()
export class HostKeys {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly hosts: HostsService,
    private readonly calls: HostCalls,
  ) {}

  /** NATS lets the host in no more: its connection ends within seconds. What it runs goes on; nothing of it is heard. */
  revoke(asked: Asked, reference: string): Promise<Answer> {
    return this.changes.run(asked, async (transaction) => {
      const { id, name } = await this.references.host(transaction, reference);
      const isNews = await revokeKey(transaction, id);
      if (isNews)
        await writeToOutbox(transaction, { type: 'host.revoked', data: { name, by: asked.by } }, { hostId: id });
      return { status: 200, headers: {}, body: await this.hosts.read(transaction, id), hosts: [] };
    });
  }

  /** Has the host make itself another key. What changes the key is the host's own request, which needs to be asked for here. */
  async rotate(asked: Asked, reference: string): Promise<Host> {
    const { id, name } = await this.store.transaction(async (transaction) => {
      const found = await this.references.host(transaction, reference);
      await askForRotation(transaction, found.id, asked.by);
      return found;
    });
    await this.calls.call({ id, name }, { op: 'rotate-key' }, RotationResult).catch(async (error: unknown) => {
      await withdrawRotation(this.store, id);
      throw error;
    });
    return this.hosts.read(this.store, id);
  }
}
