import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import {
  ApiToken,
  ApiTokenMade,
  ApiTokenPage,
  ApiTokenPost,
  ApiTokenReplayed,
  DryRunQuery,
  Reference,
  TokenQuery,
} from '@orrery/shared/contracts';
import { z } from 'zod';
import { Policy, WholeInstallation } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { Tokens } from './token-list.service.js';

@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly tokens: Tokens) {}

  @Get()
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'listTokens',
    tag: 'tokens',
    summary: 'Tokens of people and scripts, newest first',
    answers: { 200: ApiTokenPage },
  })
  list(@Query({ schema: TokenQuery }) query: TokenQuery): Promise<ApiTokenPage> {
    return this.tokens.list(query);
  }

  @Post()
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'createToken',
    tag: 'tokens',
    summary: 'Create a token for a person or a script',
    answers: { 201: z.union([ApiTokenMade, ApiTokenReplayed]) },
    problems: ['name-taken', 'unknown-network'],
    body: true,
    changes: true,
    noVersion: 'it creates a token',
  })
  create(
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: ApiTokenPost }) body: ApiTokenPost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.tokens.create(asked, body);
  }

  @Get(':token')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'getToken',
    tag: 'tokens',
    summary: 'One token',
    answers: { 200: ApiToken },
    problems: ['unknown-token', 'ambiguous-reference'],
  })
  get(@Param('token', { schema: Reference }) reference: string): Promise<ApiToken> {
    return this.tokens.get(reference);
  }

  @Delete(':token')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'revokeToken',
    tag: 'tokens',
    summary: 'Revoke a token',
    answers: { 200: ApiToken },
    problems: ['unknown-token', 'ambiguous-reference', 'token-in-state-folder'],
    changes: true,
    noVersion: 'a token is only ever revoked',
  })
  revoke(
    @Param('token', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.tokens.revoke(asked, reference);
  }
}
