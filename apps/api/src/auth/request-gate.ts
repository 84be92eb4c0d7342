import { Injectable } from '@nestjs/common';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyRequest } from 'fastify';
import { clientOf } from '../http/client-address.js';
import { JoinTokens } from '../join-tokens/join-tokens.service.js';
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
    const token = bearerToken(request.headers.authorization);
    const principal = token && (await this.authenticator.identify(token));
    if (principal) return (request.principal = principal);
    refused?.();
    if (token) await this.throttles.people.failed(clientOf(request));
    throw unauthenticated();
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

const unauthenticated = () => new AppError({ kind: 'user', ...explain('unauthenticated/bearer') });
