import {
  AddressPool,
  NetworkConfig,
  NetworkDns,
  NetworkId,
  NetworkRoute,
  NEW_NETWORK,
  type ControllerNetwork,
} from '@orrery/shared/contracts';
import { z } from 'zod';

const limits = NetworkConfig.shape;

/** The body of a POST that sets a network. It contains every field, so that no earlier setting survives. */
export function networkBody(name: string, config: NetworkConfig): object {
  const { pools, routes, dns, mtu, broadcast, multicastLimit, v4, v6, rules, tags, capabilities } = config;
  return {
    ...{ name, private: config.private, mtu, enableBroadcast: broadcast, multicastLimit, rules, tags, capabilities },
    ipAssignmentPools: pools.map(({ start, end }) => ({ ipRangeStart: start, ipRangeEnd: end })),
    routes: routes.map(({ target, via }) => (via === null ? { target } : { target, via })),
    dns: dns ?? { domain: '', servers: [] },
    v4AssignMode: { zt: v4.pools },
    v6AssignMode: { zt: v6.pools, rfc4193: v6.rfc4193, '6plane': v6.sixPlane },
  };
}

/** The valid elements. One that somebody else added and we cannot show must not hide the whole network. */
const understood = <S extends z.ZodType>(schema: S, most: number) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((list) =>
      list
        .flatMap((entry) => {
          const parsed = schema.safeParse(entry);
          return parsed.success ? [parsed.data] : [];
        })
        .slice(0, most),
    );

const Pool = z
  .object({ ipRangeStart: z.string(), ipRangeEnd: z.string() })
  .transform(({ ipRangeStart: start, ipRangeEnd: end }) => ({ start, end }))
  .pipe(AddressPool);
const Route = z.object({ target: z.string(), via: z.string().nullish() }).pipe(NetworkRoute);
const modes = { zt: z.boolean().catch(false), rfc4193: z.boolean().catch(false), '6plane': z.boolean().catch(false) };

/** A network as zerotier-one shows it. */
export const DaemonControllerNetwork = z
  .object({
    id: NetworkId,
    name: z.string().catch(''),
    private: z.boolean(),
    ipAssignmentPools: understood(Pool, 16),
    routes: understood(Route, 32),
    /** In zerotier-one, an empty array until somebody sets it. */
    dns: NetworkDns.nullable().catch(null),
    mtu: limits.mtu.catch(NEW_NETWORK.mtu),
    enableBroadcast: z.boolean().catch(true),
    multicastLimit: limits.multicastLimit.catch(NEW_NETWORK.multicastLimit),
    v4AssignMode: z.object(modes).pick({ zt: true }).catch({ zt: false }),
    v6AssignMode: z.object(modes).catch({ zt: false, rfc4193: false, '6plane': false }),
    rules: understood(limits.rules.element, 1024),
    tags: understood(limits.tags.element, 128),
    capabilities: understood(limits.capabilities.element, 128),
  })
  .transform(({ id, name, ...seen }): ControllerNetwork => {
    const { routes, dns, mtu, enableBroadcast, multicastLimit, v4AssignMode, v6AssignMode } = seen;
    const { rules, tags, capabilities, ipAssignmentPools: pools } = seen;
    return {
      ...{ id, name },
      config: {
        ...{ private: seen.private, pools, routes, dns, mtu, broadcast: enableBroadcast, multicastLimit },
        v4: { pools: v4AssignMode.zt },
        v6: { pools: v6AssignMode.zt, rfc4193: v6AssignMode.rfc4193, sixPlane: v6AssignMode['6plane'] },
        ...{ rules, tags, capabilities },
      },
    };
  });
