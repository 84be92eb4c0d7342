import {
  AddressPool,
  NetworkConfig,
  NetworkDns,
  NetworkId,
  NetworkRoute,
  NetworkRule,
  NEW_NETWORK,
  NodeAddress,
  type ControllerNetwork,
  type ControllerRecord,
  type ControllerRecordChange,
} from '@orrery/shared/contracts';
import { z } from 'zod';

const { shape } = NetworkConfig;

/**
 * A network of Central. Fields that are not understood get the values of a new network; such entries are left out of
 * lists.
 */
export function networkOfCentral({ id, config }: CentralNetwork): ControllerNetwork {
  const { v4AssignMode: v4, v6AssignMode: v6 } = config ?? {};
  const pools = config?.ipAssignmentPools?.map(({ ipRangeStart, ipRangeEnd }) => ({
    start: ipRangeStart,
    end: ipRangeEnd,
  }));
  return {
    id,
    name: config?.name ?? '',
    config: {
      private: config?.private ?? NEW_NETWORK.private,
      pools: understood(AddressPool, pools),
      routes: understood(NetworkRoute, config?.routes),
      dns: NetworkDns.safeParse(config?.dns).data ?? null, // Central shows no DNS as an empty domain without servers
      mtu: shape.mtu.safeParse(config?.mtu).data ?? NEW_NETWORK.mtu,
      broadcast: config?.enableBroadcast ?? NEW_NETWORK.broadcast,
      multicastLimit: shape.multicastLimit.safeParse(config?.multicastLimit).data ?? NEW_NETWORK.multicastLimit,
      v4: { pools: v4?.zt ?? false },
      v6: { pools: v6?.zt ?? false, rfc4193: v6?.rfc4193 ?? false, sixPlane: v6?.['6plane'] ?? false },
      rules: understood(NetworkRule, config?.rules),
      tags: understood(shape.tags.element, config?.tags),
      capabilities: understood(shape.capabilities.element, config?.capabilities),
    },
  };
}

/** Body of `POST /network/{id}`. */
export const networkForCentral = (name: string, { pools, routes, dns, v4, v6, ...config }: NetworkConfig) => ({
  config: {
    name,
    private: config.private,
    ipAssignmentPools: pools.map(({ start, end }) => ({ ipRangeStart: start, ipRangeEnd: end })),
    routes: routes.map(({ target, via }) => ({ target, via })),
    dns: dns ?? { domain: '', servers: [] },
    mtu: config.mtu,
    enableBroadcast: config.broadcast,
    multicastLimit: config.multicastLimit,
    v4AssignMode: { zt: v4.pools },
    v6AssignMode: { zt: v6.pools, rfc4193: v6.rfc4193, '6plane': v6.sixPlane },
    rules: config.rules,
    tags: config.tags,
    capabilities: config.capabilities,
  },
});

export const recordOfCentral = ({ nodeId, name, clientVersion, config }: CentralMember): ControllerRecord => ({
  address: nodeId,
  authorized: config?.authorized ?? false,
  name: name ?? '',
  addresses: config?.ipAssignments ?? [],
  bridge: config?.activeBridge ?? false,
  noAutoAssign: config?.noAutoAssignIps ?? false,
  version: heardVersion(clientVersion),
});

/** Body of `POST /network/{id}/member/{address}`: only the fields to change. */
export const recordForCentral = ({ name, authorized, addresses, bridge, noAutoAssign }: ControllerRecordChange) => ({
  ...given({ name }),
  config: given({ authorized, ipAssignments: addresses, activeBridge: bridge, noAutoAssignIps: noAutoAssign }),
});

/** For nodes that were added but never asked to join, the numbers are `-1`, zeros or missing. */
function heardVersion(version: string | null | undefined): string | null {
  return version && /^\d+(\.\d+)+/.test(version) && !/^0+(\.0+)*$/.test(version) ? version : null;
}

const understood = <S extends z.ZodType>(schema: S, values: readonly unknown[] | null | undefined) =>
  (values ?? []).flatMap((value): z.infer<S>[] => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });

const given = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

// The parts that Orrery reads of the answers of ZeroTier Central, the legacy API v1. According to its document, nearly
// every field is nullable and may be absent. Fields that are not named here (from where a node connected, its identity,
// the account) are dropped at the door.

const list = z.array(z.unknown()).nullish();
const flag = z.boolean().nullish();

/** `GET /status` answers even without a valid token, but then there is no user. */
export const CentralStatus = z.object({ user: z.object({}).nullish() });

export const CentralNetworkName = z.object({ id: NetworkId });

export const CentralNetwork = z.object({
  id: NetworkId,
  config: z
    .object({
      name: z.string().nullish(),
      private: flag,
      ipAssignmentPools: z.array(z.object({ ipRangeStart: z.string(), ipRangeEnd: z.string() })).nullish(),
      routes: z.array(z.object({ target: z.string(), via: z.string().nullish() })).nullish(),
      dns: z
        .object({ domain: z.string().nullish(), servers: z.array(z.string()).nullish() })
        .nullish()
        .catch(null),
      mtu: z.number().nullish(),
      multicastLimit: z.number().nullish(),
      enableBroadcast: flag,
      v4AssignMode: z.object({ zt: flag }).nullish(),
      v6AssignMode: z.object({ zt: flag, rfc4193: flag, '6plane': flag }).nullish(),
      rules: list,
      tags: list,
      capabilities: list,
    })
    .nullish(),
});
export type CentralNetwork = z.infer<typeof CentralNetwork>;

export const CentralMember = z.object({
  nodeId: NodeAddress,
  name: z.string().nullish(),
  /** Null or without digits: it never connected. */
  clientVersion: z.string().nullish(),
  config: z
    .object({
      authorized: flag,
      ipAssignments: z.array(z.string()).nullish(),
      activeBridge: flag,
      noAutoAssignIps: flag,
    })
    .nullish(),
});
export type CentralMember = z.infer<typeof CentralMember>;
