import type { Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import { POLICY, type PolicyName } from './policy.decorator.js';

export interface RoutePolicy {
  route: string;
  policy: PolicyName | undefined;
}

/** Every route of an application with its policy: what the build's check and the start of the API walk through. */
export function routePolicies(modules: ModulesContainer): RoutePolicy[] {
  const controllers = [...modules.values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (metatype ? ofController(metatype as Type) : []));
}

function ofController(controller: Type): RoutePolicy[] {
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor' && Reflect.hasMetadata(METHOD_METADATA, prototype[name] as object))
    .map((name) => ({
      route: `${controller.name}.${name}`,
      policy: Reflect.getMetadata(POLICY, prototype[name] as object) as PolicyName | undefined,
    }));
}
