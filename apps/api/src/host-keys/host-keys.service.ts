import { Injectable } from '@nestjs/common';
import { PlanResult, RotationResult, type HostId } from '@orrery/shared/contracts';
import { HostCalls } from '../bus/host-calls.service.js';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Changed } from '../changes/changes.service.js';
import type { Sql, Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { lockHosts } from '../desired/host-lock.js';
import { writeToOutbox } from '../events/outbox.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { HostsService } from '../hosts/hosts.service.js';
import { References, type FoundHost } from '../references/references.service.js';
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
      const found = await this.references.host(transaction, reference);
      const { id, name } = found;
      await this.#check(transaction, asked, found);
      const isNews = await revokeKey(transaction, id);
      if (isNews)
        await writeToOutbox(transaction, { type: 'host.revoked', data: { name, by: asked.by } }, { hostId: id });
      return { ...(await this.#answer(transaction, id)), about: [this.hosts.subject(found)] };
    });
  }

  /** Has the host make itself another key. What changes the key is the host's own request, which needs to be asked for here. */
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
        const steps = [{ step: 'rotate-key', target: name, detail: 'a new key takes the place of the present one' }];
        const fields = [{ field: 'key', is: 'the present one', becomes: 'a new one' }];
        const about = [{ noun: 'host' as const, name, fields }];
        return { ...(await this.#answer(transaction, id)), hosts: [{ id, name, steps }], about };
      },
      {
        finish: async () => {
          await this.calls.call(found, { op: 'rotate-key' }, RotationResult).catch(async (error: unknown) => {
            await withdrawRotation(this.store, id);
            throw error;
          });
        },
        settle: () => this.#answer(this.store, id),
      },
    );
  }

  /** Holds the host's row to the end of the transaction. */
  async #check(transaction: Transaction, { ifMatch }: Asked, { id, name }: FoundHost): Promise<void> {
    await lockHosts(transaction, [id]);
    checkIfMatch(ifMatch, (await this.hosts.read(transaction, id)).version, `host ${name}`);
  }

  async #answer(sql: Sql, id: HostId): Promise<Changed> {
    const host = await this.hosts.read(sql, id);
    return { status: 200, headers: { etag: etag(host.version) }, body: host, hosts: [] };
  }
}
