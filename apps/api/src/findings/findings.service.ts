import { Injectable } from '@nestjs/common';
import { meaningOf, type FindingCode, type FindingPage, type FindingQuery } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { visibilityNow } from '../database/visibility.js';
import { mapPage } from '../paging/keyset.js';
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
    const page = await this.repository.list(this.store, query, host, visibilityNow() === undefined);
    return mapPage(page, (finding) => ({ ...finding, ...seeOf(finding.code), commands: [] }));
  }
}

const seeOf = (code: FindingCode) => {
  const see = meaningOf(code)?.see;
  return see && { see };
};
