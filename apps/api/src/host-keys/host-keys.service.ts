import { Injectable } from '@nestjs/common';
import { PlanResult, RotationResult, type HostId } from '@orrery/shared/contracts';
import { HostCalls } from '../bus/host-calls.service.js';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Changed } from '../changes/changes.service.js';
import type { Sql, Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { lockHosts } from '../wanted/revisions.js';
import { writeToOutbox } from '../events/outbox.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { HostsService } from '../hosts/hosts.service.js';
import { References, type FoundHost } from '../references/references.service.js';
import { askForRotation, revokeKey, withdrawRotation } from './key-writes.js';

/** Revokes and rotates the key with which a host connects. */
@Injectable()
export class HostKeys {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly hosts: HostsService,
    private readonly calls: HostCalls,
  ) {}

  /**
   * NATS no longer accepts the host: its connection is closed within seconds. Its containers keep running, but it can
   * no longer report.
   */
  revoke(asked: Asked, reference: string): Promise<Answer> {
    return this.changes.run(asked, async (transaction) => {
      const found = await this.references.host(transaction, reference);
      const { id, name } = found;
      await this.#check(transaction, asked, found);
      const isNews = await revokeKey(transaction, id);
      if (isNews)
        await writeToOutbox(transaction, { type: 'host.revoked', data: { name, by: asked.by } }, { hostId: id });
      return { ...(await this.#answer(transaction, id)), about: [this.hosts.subject(found)] };
    });
  }

  /** Asks the host to create a new key. The host's own request changes the key, and is accepted only after this. */
  async rotate(asked: Asked, reference: string): Promise<Answer> {
    const kept = await this.changes.replay(asked);
    if (kept) return kept;
    const found = await this.references.host(this.store, reference);
    const { id, name } = found;
    if (asked.dryRun) await this.calls.call(found, { op: 'plan', items: [] }, PlanResult);
    return this.changes.run(
      asked,
      async (transaction) => {
        await this.#check(transaction, asked, found);
        await askForRotation(transaction, id, asked.by);
        const steps = [{ step: 'rotate-key', target: name, detail: 'a new key replaces the current one' }];
        const fields = [{ field: 'key', is: 'the current one', becomes: 'a new one' }];
        const about = [{ noun: 'host' as const, name, fields }];
        return { ...(await this.#answer(transaction, id)), hosts: [{ id, name, steps }], about };
      },
      {
        finish: async () => {
          await this.calls.call(found, { op: 'rotate-key' }, RotationResult).catch(async (error: unknown) => {
            await this.store.transaction((transaction) => withdrawRotation(transaction, id));
            throw error;
          });
        },
        settle: () => this.#answer(this.store, id),
      },
    );
  }

  /** Locks the host's row to the end of the transaction. */
  async #check(transaction: Transaction, { ifMatch }: Asked, { id, name }: FoundHost): Promise<void> {
    await lockHosts(transaction, [id]);
    checkIfMatch(ifMatch, (await this.hosts.read(transaction, id)).version, `host ${name}`);
  }

  async #answer(sql: Sql, id: HostId): Promise<Changed> {
    const host = await this.hosts.read(sql, id);
    return { status: 200, headers: { etag: etag(host.version) }, body: host, hosts: [] };
  }
}
