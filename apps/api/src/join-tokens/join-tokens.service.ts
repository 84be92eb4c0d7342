import { Injectable } from '@nestjs/common';
import {
  durationSeconds,
  explain,
  type HostId,
  type JoinToken,
  type JoinTokenPage,
  type JoinTokenPost,
  type TokenQuery,
} from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { BatchedLookup } from '../auth/batched-lookup.js';
import { hashOf, prefixOf, withheld, newJoinToken } from '../auth/bearer.js';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import type { Subject } from '../changes/planned-changes.js';
import type { Sql, Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { References } from '../references/references.service.js';
import { ServerTls } from '../tls/server-tls.js';
import { JoinTokensRepository, type SpentToken } from './join-tokens.repository.js';

export type { SpentToken } from './join-tokens.repository.js';

/** Tokens with which machines enrol. Stored as hashes; who made a host with one may ask for it again after a lost reply. */
@Injectable()
export class JoinTokens {
  readonly #known = new BatchedLookup(async (hashes) => {
    const known = await this.repository.known(this.store, hashes);
    return new Map(known.map((hash) => [hash.toString('base64'), true]));
  });

  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly repository: JoinTokensRepository,
    private readonly tls: ServerTls,
  ) {}

  list(query: TokenQuery): Promise<JoinTokenPage> {
    return this.repository.list(this.store, query);
  }

  async get(id: string): Promise<JoinToken> {
    return this.#read(this.store, id);
  }

  create(asked: Asked, post: JoinTokenPost): Promise<Answer> {
    const { by } = asked;
    return this.changes.run(asked, async (transaction) => {
      const secret = newJoinToken(this.tls.pin);
      const id = newId('jtk');
      const networks = new Set<string>();
      for (const network of post.networks) networks.add(await this.references.network(transaction, network));
      const { name = null, uses, expiresIn, labels, ownLabels, ephemeral } = post;
      const replaces = post.replaces === undefined ? null : await this.references.host(transaction, post.replaces);
      await this.repository.add(transaction, {
        id,
        hash: hashOf(secret),
        prefix: prefixOf(secret),
        name,
        uses,
        expiresIn: durationSeconds(expiresIn),
        labels,
        ownLabels,
        networks: [...networks].sort(),
        ephemeral: ephemeral === undefined ? null : durationSeconds(ephemeral),
        replaces: replaces?.id ?? null,
        by,
      });
      const data = { token: id, kind: 'join' as const, name: replaces?.name ?? name, role: null, by };
      await writeToOutbox(transaction, { type: 'token.created', data });
      const token = await this.#read(transaction, id);
      const keptBody = { token, withheld: withheld(id) };
      return {
        ...{ status: 201, headers: {}, body: { token, secret }, keptBody },
        ...{ hosts: [], about: [this.#subject(token)] },
      };
    });
  }

  revoke(asked: Asked, id: string): Promise<Answer> {
    const { by } = asked;
    return this.changes.run(asked, async (transaction) => {
      const found = await this.#read(transaction, id);
      if (found.state !== 'revoked') {
        await this.repository.revoke(transaction, id);
        const data = { token: id, kind: 'join' as const, name: found.replaces ?? found.name, role: null, by };
        await writeToOutbox(transaction, { type: 'token.revoked', data });
      }
      const body = await this.#read(transaction, id);
      return { status: 200, headers: {}, body, hosts: [], about: [this.#subject(found)] };
    });
  }

  /** Whether there ever was such a token: what it is still worth is decided where it is spent. */
  async isKnown(token: string): Promise<boolean> {
    return (await this.#known.find(hashOf(token))) ?? false;
  }

  /** Spends one use in the transaction that makes the host, so that both happen or neither. Throws AppError `join-refused`. */
  async consume(transaction: Transaction, token: string): Promise<SpentToken> {
    const spent = await this.repository.spend(transaction, hashOf(token));
    if (spent) return spent;
    throw refused();
  }

  /** A known installation asks again: only with the token that made its host. Throws AppError `join-refused`. */
  async checkMade(sql: Sql, token: string, host: HostId): Promise<void> {
    if (!(await this.repository.made(sql, hashOf(token), host))) throw refused();
  }

  /** Notes on the host what it was made with. */
  mark(transaction: Transaction, host: HostId, spent: SpentToken): Promise<void> {
    return this.repository.mark(transaction, host, spent);
  }

  #subject({ id, name: called, replaces: host }: JoinToken): Subject {
    const read = async (sql: Sql) => {
      const token = await this.repository.get(sql, id);
      if (!token) return undefined;
      const { name, state, uses, labels, ownLabels, networks, ephemeral, replaces, expiresAt } = token;
      return { name, state, uses, labels, ownLabels, networks, ephemeral, replaces, expiresAt };
    };
    return { noun: 'join-token', name: host ?? called ?? id, read };
  }

  async #read(sql: Sql, id: string): Promise<JoinToken> {
    const token = await this.repository.get(sql, id);
    if (token) return token;
    throw new AppError({ kind: 'user', ...explain('unknown-token/join', { id }) });
  }
}

/** The same for unknown, used, late and revoked: who has none learns nothing of it. */
const refused = () => new AppError({ kind: 'user', ...explain('join-refused/token') });
