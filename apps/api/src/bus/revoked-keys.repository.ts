import { Injectable } from '@nestjs/common';
import type { HostKey } from '@orrery/shared/contracts';
import { LONGEST_HOST_JWT_HOURS } from '../config.js';
import { Store } from '../database/store.js';

export interface RevokedKey {
  key: HostKey;
  /** Seconds since 1970: JWTs issued until then are invalid. */
  since: number;
  /** Milliseconds until it takes effect; 0 if it already has. */
  dueInMs: number;
}

@Injectable()
export class RevokedKeys {
  constructor(private readonly store: Store) {}

  /** Keys with a JWT that may still be valid; the others are dropped. */
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
