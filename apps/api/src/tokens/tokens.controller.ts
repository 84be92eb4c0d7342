import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiToken, ApiTokenMade, ApiTokenPage, ApiTokenPost, Reference, TokenQuery } from '@orrery/shared/contracts';
import { Policy, WholeInstallation } from '../auth/policy.decorator.js';
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
    summary: 'Tokens of people and scripts, the newest first; never what they are',
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
    summary: 'Make a token: this answer is the only one that shows it',
    answers: { 201: ApiTokenMade },
    problems: ['name-taken', 'unknown-network'],
    body: true,
  })
  create(@Body({ schema: ApiTokenPost }) body: ApiTokenPost, @Asking() { by }: Asked): Promise<ApiTokenMade> {
    return this.tokens.create(by, body);
  }

  @Get(':token')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'getToken',
    tag: 'tokens',
    summary: 'One token, by its id or the name of a valid one; never what it is',
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
    summary: 'Revoke a token: its next request is refused',
    answers: { 200: ApiToken },
    problems: ['unknown-token', 'ambiguous-reference', 'token-in-state-folder'],
  })
  revoke(@Param('token', { schema: Reference }) reference: string, @Asking() { by }: Asked): Promise<ApiToken> {
    return this.tokens.revoke(by, reference);
  }
}
