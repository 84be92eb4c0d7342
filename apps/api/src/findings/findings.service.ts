import { Injectable } from '@nestjs/common';
import { meaningOf, type Finding, type FindingPage, type FindingQuery } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { visibilityNow } from '../database/visibility.js';
import { mapPage } from '../paging/keyset.js';
import { References } from '../references/references.service.js';
import { commandsFor } from '../remedies/remedies.js';
import { FindingsRepository, type FindingRow } from './findings.repository.js';

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
    return mapPage(page, shown);
  }
}

/** Facts are only shown as what they are made into. */
function shown({ about, facts, status, ...finding }: FindingRow): Finding {
  const see = meaningOf(finding.code)?.see;
  return { ...finding, ...(see && { see }), commands: commandsFor(finding.code, about, { facts, status }) };
}
