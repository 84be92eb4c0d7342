import { Injectable } from '@nestjs/common';
import type { Selector } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { Wanted } from '../wanted/wanted.service.js';
import { FanOutRepository, type Target } from './fan-out.repository.js';

export type { Target } from './fan-out.repository.js';

@Injectable()
export class FanOutTargets {
  constructor(
    private readonly repository: FanOutRepository,
    private readonly wanted: Wanted,
  ) {}

  /** The hosts that match, held to the end of the transaction; read again once held, for labels may have changed meanwhile. */
  async lock(transaction: Transaction, selector: Selector): Promise<Target[]> {
    const seen = await this.repository.matching(transaction, selector);
    const held = new Set(seen.map(({ id }) => id));
    await this.wanted.lock(transaction, [...held]);
    return (await this.repository.matching(transaction, selector)).filter(({ id }) => held.has(id));
  }
}
