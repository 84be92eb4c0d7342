import { Injectable } from '@nestjs/common';
import type { InterfacePage, InterfaceQuery } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { References } from '../references/references.service.js';
import { InterfacesRepository } from './interfaces.repository.js';

@Injectable()
export class InterfacesService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: InterfacesRepository,
  ) {}

  async list(query: InterfaceQuery): Promise<InterfacePage> {
    const filter = await this.references.filter(this.store, query);
    return this.repository.list(this.store, query, filter);
  }
}
