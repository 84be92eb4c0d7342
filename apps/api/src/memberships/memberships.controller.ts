import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import {
  Accepted,
  DryRunQuery,
  Flag,
  Membership,
  MembershipPage,
  MembershipPut,
  MembershipQuery,
  Reference,
  type ProblemCode,
} from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { MembershipChanges } from './membership-changes.service.js';
import { MembershipsService } from './memberships.service.js';

const tag = 'memberships';
const UNKNOWN: ProblemCode[] = ['unknown-node', 'unknown-network', 'ambiguous-reference', 'address-claimed'];
const LeaveQuery = DryRunQuery.extend({
  release: Flag.meta({
    description: 'True: the node stays in the network, and Orrery no longer manages it.',
    example: true,
  }),
});
type LeaveQuery = z.infer<typeof LeaveQuery>;
const MembershipPath = z.strictObject({ node: Reference, network: Reference });
type MembershipPath = z.infer<typeof MembershipPath>;
const change = { tag, answers: { 202: Accepted }, changes: true, ifMatch: true } as const;

/** One membership. `{node}` is one segment: HOST, HOST.CONTAINER, an address or an ID. */
const ONE = 'nodes/:node/networks/:network';

@Controller('v1')
export class MembershipsController {
  constructor(
    private readonly memberships: MembershipsService,
    private readonly changes: MembershipChanges,
  ) {}

  @Get('memberships')
  @Policy('viewer')
  @Operation({
    id: 'listMemberships',
    tag,
    summary: 'Nodes in networks: desired, observed or both, by node and network',
    answers: { 200: MembershipPage },
    problems: ['unknown-host', ...UNKNOWN],
  })
  list(@Query({ schema: MembershipQuery }) query: MembershipQuery): Promise<MembershipPage> {
    return this.memberships.list(query);
  }

  @Get(ONE)
  @Policy('viewer')
  @Operation({
    id: 'getMembership',
    tag,
    summary: 'One node in one network',
    answers: { 200: Membership },
    problems: [...UNKNOWN, 'unknown-membership'],
    etag: true,
  })
  async get(
    @Param({ schema: MembershipPath }) { node, network }: MembershipPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Membership> {
    const membership = await this.memberships.get(node, network);
    if (membership.version !== null) void reply.header('etag', etag(membership.version));
    return membership;
  }

  @Put(ONE)
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    id: 'joinNetwork',
    summary: 'Join a node to a network, change its settings, or adopt a membership',
    body: true,
    problems: [...UNKNOWN, 'unmanaged-membership', 'not-adoptable', 'being-removed', 'router-in-use'],
  })
  join(
    @Param({ schema: MembershipPath }) { node, network }: MembershipPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: MembershipPut.prefault({}) }) { adopt, settings }: MembershipPut,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, node, network, { action: adopt ? 'adopt' : 'join', settings });
  }

  @Delete(ONE)
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    ...change,
    id: 'leaveNetwork',
    summary: 'Leave a network, or release the membership',
    problems: [
      ...UNKNOWN,
      'unknown-membership',
      'unmanaged-membership',
      'not-releasable',
      'attached-by-label',
      'router-in-use',
    ],
  })
  leave(
    @Param({ schema: MembershipPath }) { node, network }: MembershipPath,
    @Query({ schema: LeaveQuery }) { release }: LeaveQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.request(asked, node, network, { action: release ? 'release' : 'leave' });
  }
}
