import { Body, Controller, Delete, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { explain, LOGIN_IDLE_SECONDS, LoginMade, LoginPost, Me } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FailureThrottles } from '../auth/failure-throttle.js';
import { Policy } from '../auth/policy.decorator.js';
import type { Principal } from '../auth/principal.js';
import { clientOf } from '../http/client-address.js';
import { Operation } from '../http/operation.decorator.js';
import { clearLoginCookie, setLoginCookie, shownLogin } from './login-cookie.js';
import { Logins } from './logins.service.js';

const NoQuery = z.strictObject({});
type NoQuery = z.infer<typeof NoQuery>;

/** Logins of pages, and whose request it is. */
@Controller('v1')
export class LoginsController {
  constructor(
    private readonly logins: Logins,
    private readonly throttles: FailureThrottles,
  ) {}

  @Post('logins')
  @Policy('public')
  @Operation({
    id: 'createLogin',
    tag: 'logins',
    summary: 'Log a page in',
    answers: { 201: LoginMade },
    headers: {
      'Set-Cookie': 'The other half of the login, as the cookie `orrery-login`; over TLS, `__Host-orrery-login`',
    },
    problems: ['unauthenticated', 'too-many-requests', 'store-unavailable'],
    body: true,
    ownProtocol: 'each login has secrets of its own, which are not kept, and one that nobody uses ends by itself',
  })
  async create(
    @Query({ schema: NoQuery }) _query: NoQuery,
    @Body({ schema: LoginPost }) { token }: LoginPost,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginMade> {
    const opened = await this.logins.open(token, shownLogin(request)?.cookies ?? []);
    if (!opened) {
      await this.throttles.people.failed(clientOf(request));
      throw new AppError({ kind: 'user', ...explain('unauthenticated/token') });
    }
    const { id, secret, cookie, principal } = opened;
    request.principal = principal; // for the log
    void reply.header('set-cookie', setLoginCookie(request, cookie)).header('location', '/v1/me');
    return { id, secret, ...ofToken(principal), idleAfterSeconds: LOGIN_IDLE_SECONDS };
  }

  @Get('me')
  @Policy('viewer')
  @Operation({ id: 'getMe', tag: 'logins', summary: 'Who this request comes from', answers: { 200: Me } })
  me(@Req() request: FastifyRequest): Me {
    const asker = askerOf(request);
    return asker.login === undefined
      ? { ...ofToken(asker), by: 'token' }
      : { ...ofToken(asker), by: 'login', idleAfterSeconds: LOGIN_IDLE_SECONDS };
  }

  @Delete('me/login')
  @HttpCode(204)
  @Policy('viewer')
  @Operation({
    id: 'endLogin',
    tag: 'logins',
    summary: 'Log this page out',
    answers: {},
    problems: ['unknown-login'],
    ownProtocol: 'it ends the login that it comes with, which no later request can come with',
  })
  @ApiResponse({ status: 204, description: 'The login has ended, and the cookie is cleared' })
  async end(
    @Query({ schema: NoQuery }) _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { login } = askerOf(request);
    if (login === undefined) throw new AppError({ kind: 'user', ...explain('unknown-login/bearer') });
    await this.logins.end(login);
    void reply.header('set-cookie', clearLoginCookie(request));
  }
}

const ofToken = ({ name, role, writtenScope, tokenId, until }: Principal) => ({
  name,
  role,
  scope: writtenScope ?? null,
  tokenId,
  expiresAt: until?.toISOString() ?? null,
});

function askerOf({ principal }: FastifyRequest): Principal {
  if (!principal)
    throw new AppError({ kind: 'bug', ...explain('internal', { cause: 'a request that was let in without a token' }) });
  return principal;
}
