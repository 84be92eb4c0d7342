import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/sql.js';

export interface KeptAnswer {
  hash: Buffer;
  /** Null: the request is still being carried out. */
  answer: unknown;
}

/** The key of one request, as used by the holder of one token. */
export interface RequestKey {
  tokenId: string;
  key: string;
  hash: Buffer;
}

/** A request not finished by then was interrupted: no change takes this long. */
const CUT_SHORT_SECONDS = 60;

@Injectable()
export class IdempotencyRepository {
  async find(sql: Sql, { tokenId, key }: RequestKey): Promise<KeptAnswer | undefined> {
    const rows = await sql.query<KeptAnswer[]>(
      'SELECT request_hash AS hash, answer FROM idempotency WHERE token_id = $1 AND key = $2',
      [tokenId, key],
    );
    return rows[0];
  }

  /**
   * Takes the key for this transaction. A second request with the same key waits here until the first has committed
   * (then it gets the stored answer) or was rolled back (then it becomes the first).
   */
  async take(sql: Sql, request: RequestKey): Promise<KeptAnswer | undefined> {
    const { tokenId, key, hash } = request;
    const taken = await sql.query<unknown[]>(
      `INSERT INTO idempotency AS i (token_id, key, request_hash) VALUES ($1, $2, $3)
       ON CONFLICT (token_id, key) DO UPDATE SET created_at = now()
         WHERE i.answer IS NULL AND i.request_hash = $3 AND i.created_at < now() - interval '${CUT_SHORT_SECONDS} s'
       RETURNING key`,
      [tokenId, key, hash],
    );
    return taken.length > 0 ? undefined : this.find(sql, request);
  }

  async keep(sql: Sql, { tokenId, key }: RequestKey, status: number, answer: unknown): Promise<void> {
    await sql.query('UPDATE idempotency SET status = $3, answer = $4 WHERE token_id = $1 AND key = $2', [
      tokenId,
      key,
      status,
      JSON.stringify(answer),
    ]);
  }

  /** The change was not made after all, so the same request may be sent again. */
  async drop(sql: Sql, { tokenId, key }: RequestKey): Promise<void> {
    await sql.query('DELETE FROM idempotency WHERE token_id = $1 AND key = $2', [tokenId, key]);
  }

  /** Keys are remembered for a day. */
  async forgetOld(sql: Sql): Promise<void> {
    await sql.query("DELETE FROM idempotency WHERE created_at < now() - interval '24 hours'");
  }
}
