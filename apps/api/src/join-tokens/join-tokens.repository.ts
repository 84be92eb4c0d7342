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
import { HostEntity } from '../database/entities/host.entity.js';
import { JoinTokenEntity } from '../database/entities/join-token.entity.js';
import { secondsFromNow, type Sql, type Transaction } from '../database/sql.js';
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

  async add(tx: Transaction, { ephemeral, replaces, by, expiresIn, ...token }: NewJoinToken): Promise<void> {
    await tx.insert(JoinTokenEntity, {
      ...token,
      usesLeft: token.uses,
      ephemeralSeconds: ephemeral,
      replacesHostId: replaces,
      createdBy: by,
      expiresAt: secondsFromNow(expiresIn),
    });
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
  async mark(tx: Transaction, host: HostId, { id, ephemeral }: SpentToken): Promise<void> {
    const lifetime = ephemeral === null ? {} : { ephemeralSeconds: ephemeral };
    await tx.update(HostEntity, { id: host }, { joinTokenId: id, ...lifetime });
  }

  async revoke(tx: Transaction, id: string): Promise<void> {
    await tx.update(JoinTokenEntity, { id: id as JoinTokenId }, { revokedAt: () => 'COALESCE(revoked_at, now())' });
  }
}
