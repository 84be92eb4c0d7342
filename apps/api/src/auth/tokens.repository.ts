import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiTokenEntity } from '../database/entities/api-token.entity.js';
import { now } from '../database/sql.js';
import { IS_STALE, IS_VALID, TOKEN_COLUMNS, type FoundToken } from './stored-token.js';

@Injectable()
export class TokensRepository {
  constructor(private readonly store: DataSource) {}

  /**
   * The valid tokens of these hashes. Looked up by index: a hash has 256 random bits, so its timing reveals nothing.
   */
  async findValid(hashes: Buffer[]): Promise<FoundToken[]> {
    return this.store.query(
      `SELECT ${TOKEN_COLUMNS}, t.hash, (t.last_used_at IS NULL OR ${IS_STALE('t.last_used_at')}) AS stale
         FROM api_tokens t WHERE t.hash = ANY($1) AND ${IS_VALID}`,
      [hashes],
    );
  }

  /** At most once a minute per token, so that reading does not become writing. */
  async touch(id: string): Promise<void> {
    await this.store.manager.update(ApiTokenEntity, { id }, { lastUsedAt: now });
  }

  /** The admin token in this state folder; the one that was there before becomes invalid. */
  async putAdmin(hash: Buffer, prefix: string): Promise<void> {
    await this.store.query(
      `INSERT INTO api_tokens (id, name, hash, prefix, role) VALUES ('tok_admin', 'admin', $1, $2, 'admin')
       ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, prefix = excluded.prefix, revoked_at = NULL
       WHERE api_tokens.hash <> excluded.hash`,
      [hash, prefix],
    );
  }
}
