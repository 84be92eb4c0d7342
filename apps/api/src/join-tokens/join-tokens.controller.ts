import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import {
  DryRunQuery,
  JoinToken,
  JoinTokenMade,
  JoinTokenPage,
  JoinTokenPost,
  JoinTokenReplayed,
  Reference,
  TokenQuery,
} from '@orrery/shared/contracts';
import { z } from 'zod';
import { Policy, WholeInstallation } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { JoinTokens } from './join-tokens.service.js';

const tag = 'tokens';

@Controller('v1/join-tokens')
export class JoinTokensController {
  constructor(private readonly tokens: JoinTokens) {}

  @Get()
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'listJoinTokens',
    tag,
    summary: 'Join tokens, newest first',
    answers: { 200: JoinTokenPage },
  })
  list(@Query({ schema: TokenQuery }) query: TokenQuery): Promise<JoinTokenPage> {
    return this.tokens.list(query);
  }

  @Post()
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'createJoinToken',
    tag,
    summary: 'Create a join token',
    answers: { 201: z.union([JoinTokenMade, JoinTokenReplayed]) },
    problems: ['unknown-network', 'unknown-host', 'ambiguous-reference'],
    body: true,
    changes: true,
    noVersion: 'it creates a token',
  })
  create(
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: JoinTokenPost }) body: JoinTokenPost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.tokens.create(asked, body);
  }

  @Get(':token')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'getJoinToken',
    tag,
    summary: 'One join token',
    answers: { 200: JoinToken },
    problems: ['unknown-token'],
  })
  get(@Param('token', { schema: Reference }) id: string): Promise<JoinToken> {
    return this.tokens.get(id);
  }

  @Delete(':token')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'revokeJoinToken',
    tag,
    summary: 'Revoke a join token',
    answers: { 200: JoinToken },
    problems: ['unknown-token'],
    changes: true,
    noVersion: 'a token is only ever revoked',
  })
  revoke(
    @Param('token', { schema: Reference }) id: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.tokens.revoke(asked, id);
  }
}
