import { Injectable } from '@nestjs/common';
import type { ApiToken, NetworkId, TokenId, TokenQuery } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { iso } from '../paging/columns.js';
import { Keyset, withoutKey } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

const NEWEST = new Keyset([{ sql: 't.created_at', cast: 'timestamptz' }, { sql: 't.id' }], 'DESC');
const VALID = 't.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())';

/** Never the hash. */
const SELECT = `
  SELECT t.id, t.name, t.role, t.scope, t.prefix, t.created_by AS "by", ${iso('t.created_at')} AS "createdAt",
         CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired' ELSE 'valid' END AS state,
         ${iso('t.expires_at')} AS "expiresAt", ${iso('t.last_used_at')} AS "lastUsedAt", ${NEWEST.key}
    FROM api_tokens t`;

export interface NewToken {
  id: TokenId;
  name: string;
  hash: Buffer;
  prefix: string;
  role: string;
  scope: { hosts: string | null; networks: NetworkId[] | null } | null;
  expiresIn: number | undefined;
  by: string;
}

@Injectable()
export class TokenList {
  async list(sql: Sql, query: TokenQuery) {
    const where = new Where();
    if (!query.all) where.and(VALID);
    return NEWEST.page<ApiToken>(sql, SELECT, where, query);
  }

  /** By id, or valid ones by name: held to the end of the transaction. */
  async find(sql: Sql, reference: string): Promise<ApiToken[]> {
    const rows = await sql.query<(ApiToken & { key: string[] })[]>(
      `${SELECT} WHERE t.id = $1 OR (t.name = $1 AND ${VALID}) ORDER BY t.created_at FOR UPDATE`,
      [reference],
    );
    return rows.map(withoutKey<ApiToken>);
  }

  /** Two valid tokens of one name could not be told apart where it stands as who did something. */
  async isNameTaken(sql: Sql, name: string): Promise<boolean> {
    await sql.query("SELECT pg_advisory_xact_lock(hashtextextended('token ' || $1, 0))", [name]);
    const rows = await sql.query<unknown[]>(`SELECT 1 FROM api_tokens t WHERE t.name = $1 AND ${VALID}`, [name]);
    return rows.length > 0;
  }

  async add(sql: Sql, { id, name, hash, prefix, role, scope, expiresIn, by }: NewToken): Promise<void> {
    await sql.query(
      `INSERT INTO api_tokens (id, name, hash, prefix, role, scope, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::float8 * interval '1 s')`,
      [id, name, hash, prefix, role, scope && JSON.stringify(scope), by, expiresIn ?? null],
    );
  }

  async revoke(sql: Sql, id: string): Promise<void> {
    await sql.query('UPDATE api_tokens SET revoked_at = COALESCE(revoked_at, now()) WHERE id = $1', [id]);
  }
}
