import type { HostId, HostKey } from '@orrery/shared/contracts';
import { HostEntity } from '../database/entities/host.entity.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/** How long a replaced key still works, so that the host can learn that the new one was accepted. */
const HANDOVER_SECONDS = 3;
/**
 * How long a harmful host gets no JWT. An honest one hardly ever reaches this and must not wait for long, so it doubles
 * with each time within `FORGET_SECONDS`.
 */
const SUSPENDED_SECONDS = { first: 30, longest: 600 };
/** After this long without harm a host starts at the first length again. */
const FORGET_SECONDS = 3600;

/** Revokes the key of this host. False if there is none, or it was already revoked. */
export async function revokeKey(transaction: Transaction, host: HostId): Promise<boolean> {
  const [gone] = await runIn(transaction)<{ key: HostKey }>(
    `UPDATE hosts SET key_revoked_at = now(), version = version + 1
      WHERE id = $1 AND key IS NOT NULL AND key_revoked_at IS NULL RETURNING key`,
    [host],
  );
  if (gone) await insertRevoked(transaction, host, gone.key, 0);
  return gone !== undefined;
}

/**
 * The host's present JWT becomes invalid. Its key stays valid, and gets another JWT after a while. The rest of the same
 * flood does not extend that time.
 */
export async function suspendKey(transaction: Transaction, host: HostId): Promise<void> {
  await runIn(transaction)(
    `INSERT INTO revoked_keys AS known (key, host_id, since, suspensions, suspended_until)
     SELECT key, id, now(), 1, now() + $2::float8 * interval '1 s' FROM hosts WHERE id = $1 AND key IS NOT NULL
     ON CONFLICT (key) DO UPDATE SET (since, suspensions, suspended_until) = (
       SELECT now(), times, now() + LEAST($3, $2 * 2 ^ LEAST(times - 1, 30))::float8 * interval '1 s'
         FROM (SELECT CASE WHEN known.suspended_until > now() THEN known.suspensions
                           WHEN known.suspended_until > now() - $4::float8 * interval '1 s' THEN known.suspensions + 1
                           ELSE 1 END AS times) AS counted)`,
    [host, SUSPENDED_SECONDS.first, SUSPENDED_SECONDS.longest, FORGET_SECONDS],
  );
}

/** The seconds until this key gets another JWT; 0 if it does at once. */
export async function suspendedFor(transaction: Transaction, key: HostKey): Promise<number> {
  const [row] = await runIn(transaction)<{ left: number }>(
    `SELECT GREATEST(0, ceil(extract(epoch FROM suspended_until - now())))::int AS left FROM revoked_keys WHERE key = $1`,
    [key],
  );
  return row?.left ?? 0;
}

/** A host that had no key, or whose key was revoked, gets one. */
export async function giveKey(transaction: Transaction, host: HostId, key: HostKey): Promise<void> {
  await transaction.update(HostEntity, { id: host }, { key, keyRevokedAt: null, rotationBy: null });
}

/** The new key replaces the old one, which works for a moment longer. */
export async function replaceKey(transaction: Transaction, host: HostId, old: HostKey, next: HostKey): Promise<void> {
  await giveKey(transaction, host, next);
  await insertRevoked(transaction, host, old, HANDOVER_SECONDS);
}

/** From now on this host can present another key, once. */
export async function askForRotation(transaction: Transaction, host: HostId, by: string): Promise<void> {
  await transaction.update(HostEntity, { id: host }, { rotationBy: by });
}

/** The rotation did not happen, so its permission must not stay open for somebody else. */
export async function withdrawRotation(transaction: Transaction, host: HostId): Promise<void> {
  await transaction.update(HostEntity, { id: host }, { rotationBy: null });
}

async function insertRevoked(transaction: Transaction, host: HostId, key: HostKey, inSeconds: number): Promise<void> {
  await runIn(transaction)(
    `INSERT INTO revoked_keys (key, host_id, since) VALUES ($1, $2, now() + $3::float8 * interval '1 s')
     ON CONFLICT (key) DO UPDATE SET since = LEAST(revoked_keys.since, EXCLUDED.since)`,
    [key, host, inSeconds],
  );
}
