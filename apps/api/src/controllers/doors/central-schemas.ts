import { NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { z } from 'zod';

// What Orrery reads of the answers of ZeroTier Central, the legacy API v1. Its document calls nearly every field nullable, and lets it be
// absent. What is not named here (where a node was heard of from, its identity, the account) is dropped at the door.

const list = z.array(z.unknown()).nullish();
const flag = z.boolean().nullish();

/** `GET /status` answers also without a valid token; then there is no user. */
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
  /** Null or without digits: it was never heard of. */
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
