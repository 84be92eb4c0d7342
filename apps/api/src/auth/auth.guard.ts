import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from './authenticator.js';
import { bearerToken, hashOf } from './bearer.js';
import { JoinSecret } from './join-secret.js';
import { JoinTokens } from '../join-tokens/join-tokens.service.js';
import { LoginThrottle } from './login-throttle.js';
import { HOST_ITSELF, POLICY, WHOLE, type PolicyName } from './policy.decorator.js';
import { mayActAs, type Principal } from './principal.js';

/** Default deny: every route needs a policy, and every policy but `public` a token that satisfies it. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly joinSecret: JoinSecret,
    private readonly joinTokens: JoinTokens,
    private readonly throttle: LoginThrottle,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const policy = this.reflector.get<PolicyName | undefined>(POLICY, context.getHandler());
    if (policy === undefined) throw forbidden('this route has no policy, so nobody may use it');
    if (policy === 'public' || policy === 'key') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = bearerToken(request.headers.authorization);
    if (policy === 'join') return this.#checkJoin(request.ip, token);
    request.principal = await this.#checkToken(request.ip, token);
    const { role, scope } = request.principal;
    if (scope && this.reflector.get<boolean | undefined>(WHOLE, context.getHandler()))
      throw forbidden(`this is about the whole installation; the token ${request.principal.name} has a scope`);
    if (scope && !scope.hosts && this.reflector.get<boolean | undefined>(HOST_ITSELF, context.getHandler()))
      throw forbidden(`this changes a host; the token ${request.principal.name} is for networks alone`);
    if (mayActAs(role, policy)) return true;
    throw forbidden(`this needs the role ${policy}; the token ${request.principal.name} has ${role}`);
  }

  async #checkToken(address: string, token: string | undefined): Promise<Principal> {
    const principal = token && (await this.#throttled(address, token, () => this.authenticator.identify(token)));
    if (principal) return principal;
    throw new AppError({
      code: 'unauthenticated',
      kind: 'user',
      cause: 'a valid bearer token is needed',
      fix: 'Send Authorization: Bearer TOKEN; the admin token is in secrets/admin.token in the state folder (~/.orrery).',
    });
  }

  /** Whether the token may be one. What it is still worth is decided in the transaction that makes the host, which spends it. */
  async #checkJoin(address: string, token: string | undefined): Promise<boolean> {
    const check = async (given: string) => this.joinSecret.admits(given) || (await this.joinTokens.isKnown(given));
    if (token && (await this.#throttled(address, token, () => check(token)))) return true;
    throw new AppError({ code: 'join-refused', kind: 'user', cause: 'the join token is missing or not valid' });
  }

  async #throttled<T>(address: string, token: string, check: () => Promise<T>): Promise<T> {
    const hash = hashOf(token).toString('base64');
    const retryAfter = this.throttle.refuses(address, hash);
    if (retryAfter !== undefined)
      throw new AppError({
        code: 'too-many-requests',
        kind: 'user',
        cause: `too many wrong tokens came from ${address}`,
        details: { retryAfter },
      });
    const result = await check();
    if (result) this.throttle.succeeded(hash);
    else this.throttle.failed(address, hash);
    return result;
  }
}

const forbidden = (cause: string) => new AppError({ code: 'forbidden', kind: 'user', cause });
