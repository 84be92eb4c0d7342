import { Injectable } from '@nestjs/common';
import type { FindingPage, FindingQuery } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { visibilityNow } from '../database/visibility.js';
import { References } from '../references/references.service.js';
import { FindingsRepository } from './findings.repository.js';

@Injectable()
export class FindingsService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: FindingsRepository,
  ) {}

  async list(query: FindingQuery): Promise<FindingPage> {
    const { host } = await this.references.filter(this.store, query);
    return this.repository.list(this.store, query, host, visibilityNow() === undefined);
  }
}
