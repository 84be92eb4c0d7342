import { Injectable } from '@nestjs/common';
import { Store } from './store.js';

/** The work that the API does for the database by itself. Each duty is independent of the others. */
export const DUTIES = ['make-partitions', 'drop-partitions', 'prune-history'] as const;
export type Duty = (typeof DUTIES)[number];

/**
 * The duties whose last attempt failed, for people to see: they belong to no host, so they cannot be findings of one.
 */
@Injectable()
export class UpkeepFailures {
  constructor(private readonly store: Store) {}

  /** Keeps the time of the first failure. */
  async failed(duty: Duty, cause: string): Promise<void> {
    await this.store.query(
      'INSERT INTO upkeep_failures (duty, cause) VALUES ($1, $2) ON CONFLICT (duty) DO UPDATE SET cause = excluded.cause',
      [duty, cause],
    );
  }

  async done(duty: Duty): Promise<void> {
    await this.store.query('DELETE FROM upkeep_failures WHERE duty = $1', [duty]);
  }
}
