import { Injectable } from '@nestjs/common';
import { explain, type Membership, type MembershipPage, type MembershipQuery } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { References } from '../references/references.service.js';
import { MembershipsRepository } from './memberships.repository.js';

/** Memberships in three views side by side: as desired, as the daemon reports, and as the kernel shows. */
@Injectable()
export class MembershipsService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: MembershipsRepository,
  ) {}

  async list(query: MembershipQuery): Promise<MembershipPage> {
    return this.repository.list(this.store, query, await this.references.filter(this.store, query));
  }

  async get(nodeReference: string, networkReference: string): Promise<Membership> {
    const node = await this.references.node(this.store, nodeReference);
    const network = await this.references.network(this.store, networkReference);
    const membership = await this.repository.get(this.store, node.id, network);
    if (membership) return membership;
    throw new AppError({
      kind: 'user',
      ...explain('unknown-membership/node', {
        node: node.name,
        cause: `${node.name} is not in ${network}, as far as its host has reported`,
      }),
    });
  }
}
