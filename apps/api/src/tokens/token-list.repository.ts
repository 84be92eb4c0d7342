import { Injectable } from '@nestjs/common';
import type { ApiToken, TokenQuery } from '@orrery/shared/contracts';
import { IS_VALID } from '../auth/stored-token.js';
import { ApiTokenEntity } from '../database/entities/api-token.entity.js';
import { secondsFromNow, type Sql, type Transaction } from '../database/sql.js';
import { iso } from '../paging/columns.js';
import { Keyset, withoutKey } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

const NEWEST = new Keyset([{ sql: 't.created_at', cast: 'timestamptz' }, { sql: 't.id' }], 'DESC');

/** Never the hash. */
const SELECT = `
  SELECT t.id, t.name, t.role, t.scope, t.prefix, t.created_by AS "by", ${iso('t.created_at')} AS "createdAt",
         CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired' ELSE 'valid' END AS state,
         ${iso('t.expires_at')} AS "expiresAt", ${iso('t.last_used_at')} AS "lastUsedAt", ${NEWEST.key}
    FROM api_tokens t`;

export type NewToken = Pick<ApiTokenEntity, 'id' | 'name' | 'hash' | 'prefix' | 'role' | 'scope' | 'createdBy'> & {
  /** Seconds; undefined: it does not expire. */
  expiresIn: number | undefined;
};

@Injectable()
export class TokenList {
  async list(sql: Sql, query: TokenQuery) {
    const where = new Where();
    if (!query.all) where.and(IS_VALID);
    return NEWEST.page<ApiToken>(sql, SELECT, where, query);
  }

  /** By ID, or valid ones by name; locked to the end of the transaction. */
  async find(sql: Sql, reference: string): Promise<ApiToken[]> {
    const rows = await sql.query<(ApiToken & { key: string[] })[]>(
      `${SELECT} WHERE t.id = $1 OR (t.name = $1 AND ${IS_VALID}) ORDER BY t.created_at FOR UPDATE`,
      [reference],
    );
    return rows.map(withoutKey<ApiToken>);
  }

  /** Two valid tokens of one name could not be distinguished where a name says who did something. */
  async isNameTaken(sql: Sql, name: string): Promise<boolean> {
    await sql.query("SELECT pg_advisory_xact_lock(hashtextextended('token ' || $1, 0))", [name]);
    const rows = await sql.query<unknown[]>(`SELECT 1 FROM api_tokens t WHERE t.name = $1 AND ${IS_VALID}`, [name]);
    return rows.length > 0;
  }

  async add(tx: Transaction, { expiresIn, ...token }: NewToken): Promise<void> {
    const expiresAt = expiresIn === undefined ? null : secondsFromNow(expiresIn);
    await tx.insert(ApiTokenEntity, { ...token, expiresAt });
  }

  async revoke(tx: Transaction, id: string): Promise<void> {
    await tx.update(ApiTokenEntity, { id }, { revokedAt: () => 'COALESCE(revoked_at, now())' });
  }
}
