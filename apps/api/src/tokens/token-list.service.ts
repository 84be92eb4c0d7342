import { Injectable } from '@nestjs/common';
import {
  durationSeconds,
  explain,
  type ApiToken,
  type ApiTokenPage,
  type ApiTokenPost,
  type NetworkId,
  type TokenQuery,
} from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { hashOf, newToken, prefixOf, withheld } from '../auth/bearer.js';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import type { Subject } from '../changes/planned-changes.js';
import type { Sql, Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { References } from '../references/references.service.js';
import { TokenList } from './token-list.repository.js';

/** The admin token of the state folder. */
const IN_STATE_FOLDER = 'tok_admin';

/**
 * Tokens of people and scripts. Only the holder has a token's value, which is not stored anywhere, not even in the
 * answer that is kept for an Idempotency-Key.
 */
@Injectable()
export class Tokens {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly repository: TokenList,
  ) {}

  list(query: TokenQuery): Promise<ApiTokenPage> {
    return this.repository.list(this.store, query);
  }

  get(reference: string): Promise<ApiToken> {
    return this.store.transaction((transaction) => this.#find(transaction, reference));
  }

  create(asked: Asked, { name, role, scope, expiresIn }: ApiTokenPost): Promise<Answer> {
    const { by } = asked;
    return this.changes.run(asked, async (transaction) => {
      const secret = newToken('ora');
      if (await this.repository.isNameTaken(transaction, name)) throw nameTaken(name);
      const id = newId('tok');
      await this.repository.add(transaction, {
        id,
        name,
        hash: hashOf(secret),
        prefix: prefixOf(secret),
        role,
        scope: scope ? await this.#resolve(transaction, scope) : null,
        expiresIn: expiresIn === undefined ? undefined : durationSeconds(expiresIn),
        createdBy: by,
      });
      await writeToOutbox(transaction, { type: 'token.created', data: { token: id, kind: 'api', name, role, by } });
      const token = await this.#find(transaction, id);
      const keptBody = { token, withheld: withheld(id) };
      return {
        ...{ status: 201, headers: {}, body: { token, secret }, keptBody },
        ...{ hosts: [], about: [this.#subject(token)] },
      };
    });
  }

  async revoke(asked: Asked, reference: string): Promise<Answer> {
    const { by } = asked;
    return this.changes.run(asked, async (transaction) => {
      const found = await this.#find(transaction, reference);
      const { id, name, role } = found;
      if (id === IN_STATE_FOLDER) throw inStateFolder();
      if (found.state !== 'revoked') {
        await this.repository.revoke(transaction, id);
        await writeToOutbox(transaction, { type: 'token.revoked', data: { token: id, kind: 'api', name, role, by } });
      }
      const body = await this.#find(transaction, id);
      return { status: 200, headers: {}, body, hosts: [], about: [this.#subject(found)] };
    });
  }

  /** Networks by their IDs, so that naming networks cannot widen the permissions of a token. */
  async #resolve(transaction: Transaction, scope: NonNullable<ApiTokenPost['scope']>) {
    const networks: NetworkId[] = [];
    for (const network of scope.networks ?? []) networks.push(await this.references.network(transaction, network));
    return { hosts: scope.hosts, networks: scope.networks === null ? null : [...new Set(networks)].sort() };
  }

  #subject({ id, name: called }: ApiToken): Subject {
    const read = async (sql: Sql) => {
      const [token] = await this.repository.find(sql, id);
      return (
        token && {
          name: token.name,
          role: token.role,
          scope: token.scope,
          state: token.state,
          expiresAt: token.expiresAt,
        }
      );
    };
    return { noun: 'token', name: called, read };
  }

  async #find(transaction: Transaction, reference: string): Promise<ApiToken> {
    const [found, second] = await this.repository.find(transaction, reference);
    if (second) throw new AppError({ kind: 'user', ...explain('ambiguous-reference/token', { reference }) });
    if (found) return found;
    throw new AppError({ kind: 'user', ...explain('unknown-token', { cause: `there is no token ${reference}` }) });
  }
}

const nameTaken = (name: string) => new AppError({ kind: 'user', ...explain('name-taken/token', { name }) });

const inStateFolder = () => new AppError({ kind: 'user', ...explain('token-in-state-folder/admin') });
