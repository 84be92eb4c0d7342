import { Injectable } from '@nestjs/common';
import {
  HostId,
  Labels,
  type Host,
  type HostPage,
  type HostPatch,
  type HostQuery,
  explain,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import type { Subject } from '../changes/planned-changes.js';
import type { Sql, Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { writeToOutbox } from '../events/outbox.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { badRequest } from '../http/schema.pipe.js';
import { breaksUnique } from '../http/store-errors.js';
import { References, type FoundHost } from '../references/references.service.js';
import { forgetHost } from './forget-host.js';
import { HostsRepository } from './hosts.repository.js';

@Injectable()
export class HostsService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly repository: HostsRepository,
    private readonly writer: DesiredWriter,
  ) {}

  list(query: HostQuery): Promise<HostPage> {
    return this.repository.list(this.store, query);
  }

  async get(reference: string): Promise<Host> {
    const { id } = await this.references.host(this.store, reference);
    return this.read(this.store, id);
  }

  /** Changes name and labels; nothing changes on the host. */
  async patch(asked: Asked, reference: string, patch: HostPatch): Promise<Answer> {
    return this.changes
      .run(asked, async (transaction) => {
        const found = await this.references.host(transaction, reference);
        const locked = await this.#lock(transaction, found);
        checkIfMatch(asked.ifMatch, locked.version, `host ${found.name}`);
        await this.repository.rename(transaction, found.id, patch.name, newLabels(locked.labels, patch));
        const host = await this.read(transaction, found.id);
        const { name, labels } = host;
        const fact = { type: 'host.changed', data: { name, labels, by: asked.by } } as const;
        await writeToOutbox(transaction, fact, { hostId: found.id });
        const about = [this.subject(found)];
        return { status: 200, headers: { etag: etag(host.version) }, body: host, hosts: [], about };
      })
      .catch((error: unknown) => {
        throw breaksUnique(error, 'hosts_name') ? nameTaken(patch.name) : error;
      });
  }

  /**
   * Pauses its agent, which then only observes and reports, or resumes it. Records no event if it already is in that
   * state.
   */
  async pause(asked: Asked, reference: string, paused: boolean): Promise<Answer> {
    return this.changes.run(asked, async (transaction) => {
      const found = await this.references.host(transaction, reference);
      const { id, name } = found;
      const locked = await this.#lock(transaction, found);
      checkIfMatch(asked.ifMatch, locked.version, `host ${name}`);
      const isNews = await this.writer.pause(transaction, id, paused);
      const fact = { type: paused ? 'host.paused' : 'host.resumed', data: { name, by: asked.by } } as const;
      if (isNews) await writeToOutbox(transaction, fact, { hostId: id });
      const host = await this.read(transaction, id);
      // A paused host takes no steps.
      const affected = paused ? { id, name, steps: [] } : { id, name, resumes: true };
      const hosts = isNews ? [affected] : [];
      return { status: 200, headers: { etag: etag(host.version) }, body: host, hosts, about: [this.subject(found)] };
    });
  }

  /**
   * Forgets the host and its desired state; if it has items, `confirm` must be its name. Everything running there keeps
   * running, and its history stays.
   */
  async remove(asked: Asked, reference: string, confirm: string | undefined): Promise<Answer> {
    return this.changes.run(asked, async (transaction) => {
      const found = await this.references.host(transaction, reference);
      const locked = await this.#lock(transaction, found);
      checkIfMatch(asked.ifMatch, locked.version, `host ${found.name}`);
      const host = await this.read(transaction, found.id);
      const { containers, memberships } = await this.repository.countWanted(transaction, found.id);
      if (confirm !== found.name && containers + memberships > 0) throw notEmpty(found.name, containers, memberships);
      await forgetHost(transaction, host, asked.by);
      // Everything running there keeps running.
      const hosts = [{ id: found.id, name: found.name, steps: [] }];
      return { status: 200, headers: {}, body: host, hosts, about: [this.subject(found)] };
    });
  }

  /** What people have decided about a host, for a dry run. */
  subject({ id, name }: Pick<FoundHost, 'id' | 'name'>): Subject {
    const read = async (sql: Sql) => {
      const host = await this.repository.get(sql, id);
      return host && { name: host.name, labels: host.labels, paused: host.paused, revoked: host.revokedAt !== null };
    };
    return { noun: 'host', name, read };
  }

  async read(sql: Sql, id: HostId): Promise<Host> {
    const host = await this.repository.get(sql, id);
    if (host) return host;
    throw new AppError({ kind: 'user', ...explain('unknown-host', { cause: `there is no host ${id}` }) });
  }

  async #lock(transaction: Transaction, { id, name }: FoundHost) {
    const locked = await this.repository.lock(transaction, id);
    if (locked) return locked;
    throw new AppError({
      kind: 'user',
      ...explain('unknown-host', { cause: `host ${name} was removed in the meantime` }),
    });
  }
}

function newLabels(present: Labels, { labels, setLabels }: HostPatch): Labels {
  const changed: Record<string, string | null> = { ...(labels ?? present), ...setLabels };
  const kept = Object.entries(changed).filter(([, value]) => value !== null);
  const parsed = Labels.safeParse(Object.fromEntries(kept));
  if (parsed.success) return parsed.data;
  throw badRequest(parsed.error.issues.map((issue) => ({ ...issue, path: ['setLabels', ...issue.path] })));
}

const nameTaken = (name = 'that') => new AppError({ kind: 'user', ...explain('name-taken/host', { name }) });

const notEmpty = (name: string, containers: number, memberships: number) =>
  new AppError({ kind: 'user', ...explain('host-not-empty/counts', { host: name, containers, memberships }) });
