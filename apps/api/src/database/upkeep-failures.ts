import { Injectable } from '@nestjs/common';
import { Store } from './store.js';

/** What the API does for the database by itself, each for its own sake. */
export const DUTIES = ['make-partitions', 'drop-partitions', 'prune-history'] as const;
export type Duty = (typeof DUTIES)[number];

/** The duties that failed at their last try, for people to see: they have no host to be a finding of. */
@Injectable()
export class UpkeepFailures {
  constructor(private readonly store: Store) {}

  /** Since when it fails is kept. */
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
