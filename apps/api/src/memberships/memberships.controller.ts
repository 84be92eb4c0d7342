import { Controller, Get, Query } from '@nestjs/common';
import { MembershipPage, MembershipQuery } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { MembershipsService } from './memberships.service.js';

@Controller('v1/memberships')
export class MembershipsController {
  constructor(private readonly memberships: MembershipsService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listMemberships',
    tag: 'memberships',
    summary: 'Nodes in networks: wanted, observed or both, by node and network',
    answers: { 200: MembershipPage },
    problems: ['unknown-host', 'unknown-node', 'unknown-network', 'ambiguous-reference', 'address-claimed'],
  })
  list(@Query({ schema: MembershipQuery }) query: MembershipQuery): Promise<MembershipPage> {
    return this.memberships.list(query);
  }
}
