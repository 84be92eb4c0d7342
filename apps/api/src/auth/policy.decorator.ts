import { applyDecorators, SetMetadata } from '@nestjs/common';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { ApiExtension } from '@nestjs/swagger';
import type { Role } from './principal.js';

/**
 * `join`: a token with which hosts enrol, and nothing else; `key`: a host, by the key that it proves in the body, which the route
 * itself checks; `public`: anyone who reaches the API.
 */
export type PolicyName = Role | 'join' | 'key' | 'public';

export const POLICY = 'orrery:policy';
export const WHOLE = 'orrery:whole';
export const HOST_ITSELF = 'orrery:host-itself';

/** Who may use a route. A route without one is refused at run time and fails the build. */
export const Policy = (policy: PolicyName) =>
  applyDecorators(SetMetadata(POLICY, policy), AtTheDoor({ policy }), ApiExtension('x-orrery-policy', policy));

/** The route is about the whole installation: refused to a token with a scope, which sees only a part of it. */
export const WholeInstallation = () =>
  applyDecorators(SetMetadata(WHOLE, true), AtTheDoor({ whole: true }), ApiExtension('x-orrery-whole', true));

/** The route changes a host itself, not what is in some network of it: refused to a token whose scope names networks alone. */
export const HostItself = () =>
  applyDecorators(
    SetMetadata(HOST_ITSELF, true),
    AtTheDoor({ hostItself: true }),
    ApiExtension('x-orrery-host-itself', true),
  );

/** Adds to the rule that Fastify keeps with the route, so that the door can refuse before the body is read. */
const AtTheDoor =
  (part: { policy: PolicyName } | { whole: boolean } | { hostItself: boolean }): MethodDecorator =>
  (_target, _key, descriptor) => {
    const handler = descriptor.value as object;
    const config = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as { rule?: object } | undefined;
    const rule = { ...config?.rule, ...part };
    Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG_METADATA, { ...config, rule }, handler);
  };
