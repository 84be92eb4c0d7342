import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/sql.js';

export interface KeptAnswer {
  hash: Buffer;
  answer: unknown;
}

@Injectable()
export class IdempotencyRepository {
  /**
   * Takes the key for this transaction. A second request with the same key waits here until the first has committed (then it
   * gets the kept answer) or was rolled back (then it is the first).
   */
  async take(sql: Sql, tokenId: string, key: string, hash: Buffer): Promise<KeptAnswer | undefined> {
    const taken = await sql.query<unknown[]>(
      `INSERT INTO idempotency (token_id, key, request_hash) VALUES ($1, $2, $3)
       ON CONFLICT (token_id, key) DO NOTHING RETURNING key`,
      [tokenId, key, hash],
    );
    if (taken.length > 0) return undefined;
    const rows = await sql.query<KeptAnswer[]>(
      'SELECT request_hash AS hash, answer FROM idempotency WHERE token_id = $1 AND key = $2',
      [tokenId, key],
    );
    return rows[0];
  }

  async keep(sql: Sql, tokenId: string, key: string, status: number, answer: unknown): Promise<void> {
    await sql.query('UPDATE idempotency SET status = $3, answer = $4 WHERE token_id = $1 AND key = $2', [
      tokenId,
      key,
      status,
      JSON.stringify(answer),
    ]);
  }

  /** Keys are remembered for a day. */
  async forgetOld(sql: Sql): Promise<void> {
    await sql.query("DELETE FROM idempotency WHERE created_at < now() - interval '24 hours'");
  }
}
