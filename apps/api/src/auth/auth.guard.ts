import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { HOST_ITSELF, POLICY, WHOLE, type PolicyName } from './policy.decorator.js';
import { RequestGate, type RouteRule } from './request-gate.js';

/** Default deny: every route needs a policy, and every policy except `public` needs a token that satisfies it. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly gate: RequestGate,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    await this.gate.check(context.switchToHttp().getRequest<FastifyRequest>(), this.#ruleOf(context));
    return true;
  }

  #ruleOf(context: ExecutionContext): RouteRule {
    const handler = context.getHandler();
    const policy = this.reflector.get<PolicyName | undefined>(POLICY, handler);
    const whole = this.reflector.get<boolean | undefined>(WHOLE, handler) ?? false;
    const hostItself = this.reflector.get<boolean | undefined>(HOST_ITSELF, handler) ?? false;
    return { ...(policy ? { policy } : {}), whole, hostItself };
  }
}
