import { Injectable } from '@nestjs/common';
import {
  durationText,
  type HostId,
  type JoinToken,
  type JoinTokenId,
  type Labels,
  type NetworkId,
  type TokenQuery,
} from '@orrery/shared/contracts';
import type { Sql, Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { iso } from '../paging/columns.js';
import { Keyset, mapPage, withoutKey } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

/** What a spent use gives: how the host is to be made. */
export interface SpentToken {
  id: JoinTokenId;
  /** The name that the host gets; null: the one that it says. */
  name: string | null;
  labels: Labels;
  /** Whether what the machine says of itself counts, too. */
  ownLabels: boolean;
  networks: NetworkId[];
  /** Seconds that the host may be away before it is removed; null: it stays. */
  ephemeral: number | null;
  /** The host whose place it takes. */
  replaces: HostId | null;
  by: string;
}

export interface NewJoinToken extends SpentToken {
  hash: Buffer;
  prefix: string;
  uses: number;
  expiresIn: number;
}

const NEWEST = new Keyset([{ sql: 't.created_at', cast: 'timestamptz' }, { sql: 't.id' }], 'DESC');
const VALID = 't.revoked_at IS NULL AND t.expires_at > now() AND t.uses_left > 0';

const SELECT = `
  SELECT t.id, t.name, t.prefix, t.uses, t.uses_left AS "usesLeft", t.labels, t.own_labels AS "ownLabels", t.networks,
         CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.uses_left = 0 THEN 'used'
              WHEN t.expires_at <= now() THEN 'expired' ELSE 'valid' END AS state,
         t.ephemeral_seconds AS ephemeral, (SELECT name FROM hosts WHERE id = t.replaces_host_id) AS replaces,
         ARRAY(SELECT h.name FROM hosts h WHERE h.join_token_id = t.id ORDER BY h.name LIMIT 100) AS hosts,
         t.created_by AS "by", ${iso('t.created_at')} AS "createdAt", ${iso('t.expires_at')} AS "expiresAt", ${NEWEST.key}
    FROM join_tokens t`;

/** As the database has it: durations are seconds there. */
type TokenRow = Omit<JoinToken, 'ephemeral'> & { ephemeral: number | null };

const toToken = (row: TokenRow): JoinToken => ({
  ...row,
  ephemeral: row.ephemeral === null ? null : durationText(row.ephemeral),
});

@Injectable()
export class JoinTokensRepository {
  async list(sql: Sql, query: TokenQuery) {
    const where = new Where();
    if (!query.all) where.and(VALID);
    return mapPage(await NEWEST.page<TokenRow>(sql, SELECT, where, query), toToken);
  }

  async get(sql: Sql, id: string): Promise<JoinToken | undefined> {
    const [row] = await sql.query<(TokenRow & { key: string[] })[]>(`${SELECT} WHERE t.id = $1`, [id]);
    return row && toToken(withoutKey<TokenRow>(row));
  }

  /** Those of the hashes that a token has, whatever it is still worth. */
  async known(sql: Sql, hashes: Buffer[]): Promise<Buffer[]> {
    const rows = await sql.query<{ hash: Buffer }[]>('SELECT hash FROM join_tokens WHERE hash = ANY($1)', [hashes]);
    return rows.map(({ hash }) => hash);
  }

  async add(sql: Sql, token: NewJoinToken): Promise<void> {
    const { id, hash, prefix, name, uses, labels, ownLabels, networks, ephemeral, replaces, by, expiresIn } = token;
    await sql.query(
      `INSERT INTO join_tokens (id, hash, prefix, name, uses, uses_left, labels, networks, ephemeral_seconds, replaces_host_id, created_by, expires_at, own_labels)
       VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, now() + $11::float8 * interval '1 s', $12)`,
      [id, hash, prefix, name, uses, JSON.stringify(labels), networks, ephemeral, replaces, by, expiresIn, ownLabels],
    );
  }

  /** One statement decides: however many ask at once, no more win than there are uses left. */
  async spend(transaction: Transaction, hash: Buffer): Promise<SpentToken | undefined> {
    const [spent] = await runIn(transaction)<SpentToken>(
      `UPDATE join_tokens SET uses_left = uses_left - 1
        WHERE hash = $1 AND uses_left > 0 AND revoked_at IS NULL AND expires_at > now()
        RETURNING id, name, labels, own_labels AS "ownLabels", networks, ephemeral_seconds AS ephemeral, replaces_host_id AS replaces, created_by AS "by"`,
      [hash],
    );
    return spent;
  }

  /** Whether this host was made with the token, by which it may ask for itself again. */
  async made(sql: Sql, hash: Buffer, host: HostId): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      'SELECT 1 FROM join_tokens t JOIN hosts h ON h.join_token_id = t.id WHERE t.hash = $1 AND h.id = $2 AND t.revoked_at IS NULL',
      [hash, host],
    );
    return rows.length > 0;
  }

  /** A host whose place another machine takes stays what it was when the token says nothing else. */
  async mark(sql: Sql, host: HostId, { id, ephemeral }: SpentToken): Promise<void> {
    await sql.query(
      'UPDATE hosts SET join_token_id = $2, ephemeral_seconds = COALESCE($3, ephemeral_seconds) WHERE id = $1',
      [host, id, ephemeral],
    );
  }

  async revoke(sql: Sql, id: string): Promise<void> {
    await sql.query('UPDATE join_tokens SET revoked_at = COALESCE(revoked_at, now()) WHERE id = $1', [id]);
  }
}
