import { z } from 'zod';
import { keys } from './journal-keys.js';
import { confirmedBytes, type LoadedEpoch } from './journal-loader.js';
import type { LevelStore } from './level-store.js';

/** How long, and up to which size, confirmed events are kept for an API whose database is restored from a backup. */
export interface Retention {
  maxAgeMs: number;
  maxBytes: number;
}

export const RETENTION: Retention = { maxAgeMs: 24 * 3600 * 1000, maxBytes: 64 * 1024 * 1024 };

const Stamped = z.object({ at: z.iso.datetime() });

/** How far each epoch may be pruned: its first event that stays. Prunes the oldest first; unconfirmed events always stay. */
export async function firstToKeep(
  store: LevelStore,
  epochs: readonly LoadedEpoch[],
  now: number,
  { maxAgeMs, maxBytes }: Retention,
): Promise<Map<number, number>> {
  const result = new Map<number, number>();
  let excess = epochs.reduce((total, epoch) => total + confirmedBytes(epoch), 0) - maxBytes;
  for (const epoch of epochs) {
    let first = epoch.first;
    const from = keys.event(epoch.ordinal, epoch.first);
    for await (const { value, bytes } of store.range(from, keys.event(epoch.ordinal, epoch.cursor + 1))) {
      const at = Stamped.safeParse(value).data?.at;
      if (excess <= 0 && at !== undefined && Date.parse(at) > now - maxAgeMs) break;
      excess -= bytes;
      first += 1;
    }
    result.set(epoch.ordinal, Math.min(first, epoch.cursor + 1));
    if (first <= epoch.cursor) break;
  }
  return result;
}

const Claim = z.object({ expiresAt: z.iso.datetime() });
/** Margin after the expiry of a call during which its ID is kept, because clocks may be set back. */
const CLAIM_MARGIN_MS = 24 * 3600 * 1000;

/** Keys of calls that expired long ago. */
export async function expiredClaims(store: LevelStore, now: number): Promise<string[]> {
  const expired: string[] = [];
  for await (const { key, value } of store.range('call!', keys.end('call!'))) {
    const expiresAt = Claim.safeParse(value).data?.expiresAt;
    if (expiresAt === undefined || Date.parse(expiresAt) < now - CLAIM_MARGIN_MS) expired.push(key);
  }
  return expired;
}
