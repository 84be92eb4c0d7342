import { Injectable } from '@nestjs/common';
import type { HostKey } from '@orrery/shared/contracts';
import { LONGEST_HOST_JWT_HOURS } from '../config.js';
import { Store } from '../database/store.js';

export interface RevokedKey {
  key: HostKey;
  /** Seconds since 1970: what was issued until then is worth nothing. */
  since: number;
  /** Milliseconds until it counts; 0 when it does. */
  dueInMs: number;
}

@Injectable()
export class RevokedKeys {
  constructor(private readonly store: Store) {}

  /** Those of which a JWT may still be valid; the others are forgotten. */
  async read(): Promise<RevokedKey[]> {
    const kept = LONGEST_HOST_JWT_HOURS + 24;
    await this.store.query("DELETE FROM revoked_keys WHERE since < now() - $1::float8 * interval '1 hour'", [kept]);
    return this.store.query<RevokedKey[]>(
      `SELECT key, floor(extract(epoch FROM since))::int AS since,
              GREATEST(0, ceil(extract(epoch FROM since - clock_timestamp()) * 1000))::int AS "dueInMs"
         FROM revoked_keys ORDER BY key`,
    );
  }
}
