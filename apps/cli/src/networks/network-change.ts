import {
  type AddressPool,
  type AdmissionPolicy,
  AdmissionPolicy as AdmissionPolicySchema,
  NEW_NETWORK,
  type NetworkConfig,
  type NetworkConfigChange,
  type NetworkRoute,
} from '@orrery/shared/contracts';
import type { z } from 'zod';
import { usageError } from '../errors/usage-error.js';
import { apiDuration } from '../output/duration.js';
import { poolOfPrefix, poolOfRange } from './ip-range.js';
import type { NetworkOptions } from './network-options.js';

/** Only the given settings. `base`: the current config of the network; null: it is new. */
export function configChangeOf(options: NetworkOptions, base: NetworkConfig | null): NetworkConfigChange {
  const { mtu, multicastLimit, broadcast, v4 } = options;
  return {
    ...isPrivate(options),
    ...addressing(options, base),
    ...(options.dns === undefined ? {} : { dns: isNone(options.dns) ? null : dnsOf(options.dns) }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(multicastLimit === undefined ? {} : { multicastLimit }),
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(v4 === undefined ? {} : { v4: { pools: v4 === 'pools' } }),
  };
}

/** The whole policy, with the rest from `base`. Undefined if no part of it was given. */
export function admissionOf(options: NetworkOptions, base: AdmissionPolicy | null): AdmissionPolicy | undefined {
  const { admit, onLeave, for: duration } = options;
  if (admit === undefined && onLeave === undefined && duration === undefined) return undefined;
  const before = base ?? AdmissionPolicySchema.parse({});
  const parsed = AdmissionPolicySchema.safeParse({
    ...before,
    ...(admit === undefined ? {} : whoOf(admit)),
    ...(duration === undefined ? {} : { for: howLongOf(duration) }),
    ...(onLeave === undefined ? {} : { onLeave }),
  } satisfies z.input<typeof AdmissionPolicySchema>);
  if (parsed.success) return parsed.data;
  throw usageError(
    'the admission policy is not valid',
    'Use --admit fleet, --admit manual or a selector such as --admit site=cloud, and --for with at least 10s.',
    undefined,
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  );
}

/** Nothing if it was not given. */
export const labelsOf = ({ labels }: NetworkOptions): { labels?: boolean } =>
  labels === undefined ? {} : { labels: labels === 'on' };

/** `--for` in the form that the API accepts; null: no limit. */
export const howLongOf = (duration: string): string | null => (isNone(duration) ? null : apiDuration(duration));

const isNone = (text: string) => text === 'none';

function whoOf(admit: string): Pick<AdmissionPolicy, 'by' | 'selector'> {
  if (admit === 'fleet') return { by: 'fleet', selector: null };
  if (admit === 'manual' || isNone(admit)) return { by: 'manual', selector: null };
  return { by: 'selector', selector: admit };
}

function isPrivate(options: NetworkOptions): Pick<NetworkConfigChange, 'private'> {
  if (options.public && options.private) throw usageError('use --public or --private, not both');
  if (options.public) return { private: false };
  return options.private ? { private: true } : {};
}

/** A pool given as a prefix adds its own route. Existing routes stay unless routes are given. */
function addressing(
  { pool, route, v6 }: NetworkOptions,
  base: NetworkConfig | null,
): Pick<NetworkConfigChange, 'pools' | 'routes' | 'v6'> {
  const parsed = pool?.filter((text) => !isNone(text)).map(poolOf);
  const pools = parsed?.map((one) => one.pool);
  const given = route?.filter((text) => !isNone(text)).map(routeOf);
  const own = (parsed ?? []).flatMap((one) => one.route ?? []);
  const routes = given !== undefined || own.length > 0 ? unique([...(given ?? base?.routes ?? []), ...own]) : undefined;
  const modes = v6 === undefined ? v6For(pools ?? [], base) : v6Of(v6);
  return { ...(pools ? { pools } : {}), ...(routes ? { routes } : {}), ...(modes ? { v6: modes } : {}) };
}

function poolOf(text: string): { pool: AddressPool; route?: NetworkRoute } {
  const pool = text.includes('/') ? poolOfPrefix(text) : poolOfRange(text);
  if (!pool)
    throw usageError(
      `"${text}" is not a valid address pool`,
      'Write a prefix such as 10.1.2.0/24 (no bits set after its length) or a range such as 10.1.2.10-10.1.2.99.',
    );
  return text.includes('/') ? { pool, route: { target: text, via: null } } : { pool };
}

function routeOf(text: string): NetworkRoute {
  const [target = '', via = null, ...more] = text.split('=');
  if (more.length > 0 || !poolOfPrefix(target))
    throw usageError(
      `"${text}" is not a valid route`,
      'Write 10.1.2.0/24 for a route on the link, or 0.0.0.0/0=10.1.2.1 for a route via an address.',
    );
  return { target, via };
}

const unique = (routes: NetworkRoute[]) =>
  routes.filter(({ target }, index) => routes.findIndex((other) => other.target === target) === index);

function dnsOf(text: string): NonNullable<NetworkConfig['dns']> {
  const [domain = '', servers = ''] = text.split('=');
  const list = servers.split(',').filter(Boolean);
  if (domain === '' || list.length === 0)
    throw usageError(
      `"${text}" is not a valid DNS setting`,
      'Write the domain and its servers: `--dns lab.lan=10.1.2.1,10.1.2.2`',
    );
  return { domain, servers: list };
}

const V6_MODES = ['rfc4193', '6plane', 'pools'];

function v6Of(modes: string[]): NetworkConfig['v6'] {
  const given = modes.filter((mode) => !isNone(mode));
  const wrong = given.find((mode) => !V6_MODES.includes(mode));
  if (wrong !== undefined)
    throw usageError(`"${wrong}" is not an IPv6 mode`, `Use any of ${V6_MODES.join(',')}, or none.`);
  return { pools: given.includes('pools'), rfc4193: given.includes('rfc4193'), sixPlane: given.includes('6plane') };
}

/** An IPv6 pool turns on IPv6 addresses from the pools. */
function v6For(pools: AddressPool[], base: NetworkConfig | null): NetworkConfig['v6'] | undefined {
  const before = (base ?? NEW_NETWORK).v6;
  const isNew = pools.some(({ start }) => start.includes(':')) && !before.pools;
  return isNew ? { ...before, pools: true } : undefined;
}
