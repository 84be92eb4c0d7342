import type { ModulesContainer } from '@nestjs/core';
import { handlersOf } from '../http/handlers.js';
import { POLICY, type PolicyName } from './policy.decorator.js';

export interface RoutePolicy {
  route: string;
  policy: PolicyName | undefined;
}

/** Every route of an application with its policy, for the build's check. */
export const routePolicies = (modules: ModulesContainer): RoutePolicy[] =>
  handlersOf(modules).map(({ route, method }) => ({
    route,
    policy: Reflect.getMetadata(POLICY, method) as PolicyName | undefined,
  }));
