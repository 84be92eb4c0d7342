import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { RouteConfig } from '../http/route-config.js';
import type { Role } from './principal.js';

/**
 * `join`: a token with which hosts enroll, and nothing else; `key`: a host, by the key that it proves in the body,
 * which the route itself checks; `public`: anyone who can reach the API.
 */
export type PolicyName = Role | 'join' | 'key' | 'public';

export const POLICY = 'orrery:policy';
export const WHOLE = 'orrery:whole';
export const HOST_ITSELF = 'orrery:host-itself';

/** Who is allowed to use a route. A route without a policy is refused at run time and fails the build. */
export const Policy = (policy: PolicyName) =>
  applyDecorators(
    SetMetadata(POLICY, policy),
    RouteConfig({ rule: { policy } }),
    ApiExtension('x-orrery-policy', policy),
  );

/** The route concerns the whole installation: refused to a token with a scope, which sees only a part of it. */
export const WholeInstallation = () =>
  applyDecorators(
    SetMetadata(WHOLE, true),
    RouteConfig({ rule: { whole: true } }),
    ApiExtension('x-orrery-whole', true),
  );

/** The route changes a host itself, not its memberships: refused to a token whose scope names networks only. */
export const HostItself = () =>
  applyDecorators(
    SetMetadata(HOST_ITSELF, true),
    RouteConfig({ rule: { hostItself: true } }),
    ApiExtension('x-orrery-host-itself', true),
  );
