import { Body, Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { JoinNonce, JoinReply, JoinRequest, RenewRequest } from '@orrery/shared/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { bearerToken } from '../auth/bearer.js';
import { Policy } from '../auth/policy.decorator.js';
import { clientOf } from '../http/client-address.js';
import { Operation } from '../http/operation.decorator.js';
import { JoinService } from './join.service.js';
import { Nonces } from './proofs.js';
import { Renewals } from './renewals.service.js';

/** For an agent that joins; ADR 27 explains why this is not a change like the others. */
const ownProtocol =
  'joining is safe to repeat: the same installation is the same host, and each proof has a nonce of its own';
const NoQuery = z.strictObject({});
type NoQuery = z.infer<typeof NoQuery>;

@Controller('v1/join')
export class JoinController {
  constructor(
    private readonly nonces: Nonces,
    private readonly joins: JoinService,
    private readonly renewals: Renewals,
  ) {}

  @Post('nonce')
  @HttpCode(200)
  @Policy('public')
  @Operation({
    id: 'issueNonce',
    tag: 'join',
    summary: 'A nonce to sign',
    answers: { 200: JoinNonce },
    problems: ['busy'],
    ownProtocol,
  })
  nonce(@Query({ schema: NoQuery }) _query: NoQuery): JoinNonce {
    return { nonce: this.nonces.issue() };
  }

  @Post()
  @HttpCode(200)
  @Policy('join')
  @Operation({
    id: 'joinHost',
    tag: 'join',
    summary: 'Make a machine a host',
    answers: { 200: JoinReply },
    problems: ['join-refused', 'proof-refused', 'host-revoked', 'name-taken', 'unknown-host', 'too-many-requests'],
    body: true,
    ownProtocol,
  })
  join(
    @Query({ schema: NoQuery }) _query: NoQuery,
    @Body({ schema: JoinRequest }) request: JoinRequest,
    @Req() { headers }: FastifyRequest,
  ): Promise<JoinReply> {
    return this.joins.join(request, bearerToken(headers.authorization) ?? '');
  }

  @Post('renew')
  @HttpCode(200)
  @Policy('key')
  @Operation({
    id: 'renewHost',
    tag: 'join',
    summary: 'Renew the NATS credentials of a host',
    answers: { 200: JoinReply },
    problems: ['proof-refused', 'host-revoked', 'unknown-host', 'too-many-requests', 'busy'],
    body: true,
    ownProtocol,
  })
  renew(
    @Query({ schema: NoQuery }) _query: NoQuery,
    @Body({ schema: RenewRequest }) request: RenewRequest,
    @Req() asked: FastifyRequest,
  ): Promise<JoinReply> {
    return this.renewals.renew(clientOf(asked), request);
  }
}
