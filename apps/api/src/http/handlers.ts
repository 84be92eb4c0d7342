import type { Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';

/** One method of a controller that answers a route. */
export interface Handler {
  /** For example `HostsController.patch`. */
  route: string;
  controller: Type;
  name: string;
  method: object;
}

/** Every handler of an application, for checks that cover all of them. */
export function handlersOf(modules: ModulesContainer): Handler[] {
  const controllers = [...modules.values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (metatype ? ofController(metatype as Type) : []));
}

function ofController(controller: Type): Handler[] {
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor' && Reflect.hasMetadata(METHOD_METADATA, prototype[name] as object))
    .map((name) => ({ route: `${controller.name}.${name}`, controller, name, method: prototype[name] as object }));
}
