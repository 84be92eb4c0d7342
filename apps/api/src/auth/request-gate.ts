import { Injectable } from '@nestjs/common';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyRequest } from 'fastify';
import { clientOf } from '../http/client-address.js';
import { JoinTokens } from '../join-tokens/join-tokens.service.js';
import { bothHalves, setLoginCookie, shownLogin, type ShownLogin } from '../logins/login-cookie.js';
import { Logins } from '../logins/logins.service.js';
import { Authenticator } from './authenticator.js';
import { bearerToken } from './bearer.js';
import { FailureThrottles } from './failure-throttle.js';
import { JoinSecret } from './join-secret.js';
import type { PolicyName } from './policy.decorator.js';
import { mayActAs, type Principal } from './principal.js';

/** What a route requires of its callers. */
export interface RouteRule {
  policy?: PolicyName;
  /** Refused to a token with a scope. */
  whole?: boolean;
  /** Refused to a token whose scope names networks only. */
  hostItself?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The rule under which this request was admitted, so that it is not checked twice. */
    letInUnder?: PolicyName;
    /** `Set-Cookie` of the answer, if the login with which the request came is to last longer. */
    renewedLogin?: string;
  }
  interface FastifyContextConfig {
    rule?: RouteRule;
  }
}

/**
 * Whether a request is allowed to use its route. Every request is checked twice: at the door, before its body is read,
 * and by the guard, which has the last word over every route, known to the door or not.
 */
@Injectable()
export class RequestGate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly logins: Logins,
    private readonly joinSecret: JoinSecret,
    private readonly joinTokens: JoinTokens,
    private readonly throttles: FailureThrottles,
  ) {}

  /** Throws AppError if it is not allowed; `refused` is called before the refusal of a token is slowed. */
  async check(request: FastifyRequest, rule: RouteRule, refused?: () => void): Promise<void> {
    const { policy, whole = false, hostItself = false } = rule;
    if (policy === undefined) throw forbidden('this route has no policy, so nobody is allowed to use it');
    if (policy === 'public' || policy === 'key' || request.letInUnder === policy) return;
    if (policy === 'join') await this.#checkJoin(request, refused);
    else {
      const { role, scope, name } = await this.#identify(request, refused);
      if (scope && whole) throw forbidden(`this concerns the whole installation, but the token ${name} has a scope`);
      if (scope && !scope.hosts && hostItself)
        throw forbidden(`this changes a host, but the token ${name} is for networks alone`);
      if (!mayActAs(role, policy))
        throw forbidden(`this requires the role ${policy}, but the token ${name} has ${role}`);
    }
    request.letInUnder = policy;
  }

  async #identify(request: FastifyRequest, refused?: () => void): Promise<Principal> {
    const { authorization } = request.headers;
    const login = shownLogin(request);
    const principal = login && isBearer(authorization) ? 'two' : await this.#find(request, login);
    if (typeof principal === 'object') return (request.principal = principal);
    refused?.();
    if (principal === 'two') throw new AppError({ kind: 'user', ...explain('two-credentials/both') });
    if (principal === 'wrong') await this.throttles.people.failed(clientOf(request));
    throw new AppError({ kind: 'user', ...explain(login ? 'unauthenticated/login' : 'unauthenticated/bearer') });
  }

  /** `wrong`: something was shown that is looked up, and it is not valid. */
  async #find(request: FastifyRequest, login: ShownLogin | undefined): Promise<Principal | 'wrong' | 'nothing'> {
    if (!login) {
      const token = bearerToken(request.headers.authorization);
      return token ? ((await this.authenticator.identify(token)) ?? 'wrong') : 'nothing';
    }
    const halves = bothHalves(login);
    if (!halves) return 'nothing';
    const found = await this.logins.identify(halves.secret, halves.cookies);
    if (found?.renew !== undefined) request.renewedLogin = setLoginCookie(request, found.renew);
    return found?.principal ?? 'wrong';
  }

  /**
   * Checks that the token is known. The transaction that creates the host, and spends the token, decides whether it is
   * still valid.
   */
  async #checkJoin(request: FastifyRequest, refused?: () => void): Promise<void> {
    const token = bearerToken(request.headers.authorization);
    if (token && (this.joinSecret.admits(token) || (await this.joinTokens.isKnown(token)))) return;
    refused?.();
    if (token) await this.throttles.enrolment.failed(clientOf(request));
    throw new AppError({ kind: 'user', ...explain('join-refused/token') });
  }
}

const forbidden = (cause: string) => new AppError({ kind: 'user', ...explain('forbidden', { cause }) });

/** Other schemes are not ours: a proxy in front of the API may ask for them. */
const isBearer = (authorization: string | undefined) => /^bearer\b/i.test(authorization ?? '');
