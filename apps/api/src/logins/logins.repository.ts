import { Injectable } from '@nestjs/common';
import { LOGIN_IDLE_SECONDS, type LoginId } from '@orrery/shared/contracts';
import { DataSource } from 'typeorm';
import { IS_STALE, IS_VALID, TOKEN_COLUMNS, type FoundToken } from '../auth/stored-token.js';

export interface FoundLogin extends FoundToken {
  login: LoginId;
  cookieHash: Buffer;
}

interface NewLogin {
  id: LoginId;
  secretHash: Buffer;
  cookieHash: Buffer;
  tokenId: string;
  tokenHash: Buffer;
}

/** Beyond it, the login of a token that was used least recently ends. */
const MOST_OF_A_TOKEN = 100;

/** Logins that have not ended, with their tokens. */
const LIVE = `
  FROM logins l JOIN api_tokens t ON t.id = l.token_id AND t.hash = l.token_hash
 WHERE l.used_at > now() - interval '${LOGIN_IDLE_SECONDS} s' AND ${IS_VALID}`;

/** Outside of the scope of a token: a login is looked up before it is known whose request it is. */
@Injectable()
export class LoginsRepository {
  constructor(private readonly source: DataSource) {}

  async findLive(secretHashes: Buffer[]): Promise<FoundLogin[]> {
    return this.source.query(
      `SELECT ${TOKEN_COLUMNS}, l.id AS login, l.secret_hash AS hash, l.cookie_hash AS "cookieHash", ${IS_STALE('l.used_at')} AS stale
       ${LIVE} AND l.secret_hash = ANY($1)`,
      [secretHashes],
    );
  }

  /** The hash, among these, of a cookie that logins of this token have. */
  async cookieOf(tokenId: string, cookieHashes: Buffer[]): Promise<Buffer | undefined> {
    const rows = await this.source.query<{ hash: Buffer }[]>(
      `SELECT l.cookie_hash AS hash ${LIVE} AND l.token_id = $1 AND l.cookie_hash = ANY($2) LIMIT 1`,
      [tokenId, cookieHashes],
    );
    return rows[0]?.hash;
  }

  /** Which of these have not ended. */
  async live(ids: readonly LoginId[]): Promise<LoginId[]> {
    const rows = await this.source.query<{ id: LoginId }[]>(`SELECT l.id ${LIVE} AND l.id = ANY($1)`, [ids]);
    return rows.map(({ id }) => id);
  }

  async add({ id, secretHash, cookieHash, tokenId, tokenHash }: NewLogin): Promise<void> {
    await this.source.query(
      `WITH added AS (INSERT INTO logins (id, secret_hash, cookie_hash, token_id, token_hash) VALUES ($1, $2, $3, $4, $5))
       DELETE FROM logins WHERE id IN (
         SELECT id FROM logins WHERE token_id = $4 ORDER BY used_at DESC, id OFFSET ${MOST_OF_A_TOKEN - 1})`,
      [id, secretHash, cookieHash, tokenId, tokenHash],
    );
  }

  /** Pages send several requests at the same moment: the first of them records it. */
  async touch(id: LoginId): Promise<void> {
    await this.source.query(`UPDATE logins SET used_at = now() WHERE id = $1 AND ${IS_STALE('used_at')}`, [id]);
  }

  async remove(id: LoginId): Promise<void> {
    await this.source.query('DELETE FROM logins WHERE id = $1', [id]);
  }
}
