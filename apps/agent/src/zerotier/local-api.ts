import type { MembershipSettings, NetworkId } from '@orrery/shared/contracts';
import { LocalApiError } from '@orrery/shared/machine';
import { z } from 'zod';
import { NetworkId as NetworkIdSchema, NodeAddress } from '@orrery/shared/contracts';

/**
 * The fields of zerotier-one's answers that are read. Others are dropped; a wrong type in one that matters is an error.
 */
export const DaemonStatus = z.object({
  address: NodeAddress,
  version: z.string().max(64),
  online: z.boolean().catch(false),
  /** The daemon's clock, in milliseconds; absent in older releases. */
  clock: z.number().optional().catch(undefined),
  tcpFallbackActive: z.boolean().optional().catch(undefined),
  /** Its sockets as `address/port`; absent in older releases. */
  config: z
    .object({ settings: z.object({ listeningOn: z.array(z.string()), primaryPort: z.int().min(0).max(65_535) }) })
    .optional()
    .catch(undefined),
});
export type DaemonStatus = z.infer<typeof DaemonStatus>;

export const DaemonNetwork = z.object({
  nwid: NetworkIdSchema,
  name: z.string().catch(''),
  type: z.string(),
  status: z.string(),
  portDeviceName: z.string().nullish(),
  mac: z.string(),
  mtu: z.int(),
  assignedAddresses: z.array(z.string()),
  routes: z.array(z.object({ target: z.string(), via: z.string().nullish() })),
  bridge: z.boolean().catch(false),
  allowManaged: z.boolean(),
  allowGlobal: z.boolean(),
  allowDefault: z.boolean(),
  allowDNS: z.boolean().catch(false),
  authenticationURL: z.string().nullish(),
  /** An older release may show an empty list. */
  dns: z
    .object({ servers: z.array(z.string()) })
    .optional()
    .catch(undefined),
});
export type DaemonNetwork = z.infer<typeof DaemonNetwork>;

export const DaemonPeer = z.object({
  address: NodeAddress,
  role: z.string(),
  /** `-1.-1.-1` if it was never heard from. */
  version: z.string().catch(''),
  latency: z.number(),
  paths: z.array(
    z.object({
      active: z.boolean(),
      lastReceive: z.number().optional().catch(undefined),
      lastSend: z.number().optional().catch(undefined),
      preferred: z.boolean().optional().catch(undefined),
      address: z.string().max(64).optional().catch(undefined),
    }),
  ),
});
export type DaemonPeer = z.infer<typeof DaemonPeer>;

/** The four settings that the daemon accepts over its API. It accepts a list for `allowManaged` only in a file. */
export type NetworkFlags = Record<'allowManaged' | 'allowGlobal' | 'allowDefault' | 'allowDNS', boolean>;

export const flagsOf = ({ allowManaged, allowGlobal, allowDefault, allowDNS }: MembershipSettings): NetworkFlags => ({
  allowManaged: allowManaged !== false,
  allowGlobal,
  allowDefault,
  allowDNS,
});

/** The daemon's local API, however it is reached. Throws LocalApiErrors. */
export interface LocalApi {
  status(signal?: AbortSignal): Promise<DaemonStatus>;
  networks(signal?: AbortSignal): Promise<DaemonNetwork[]>;
  /** Undefined if the daemon is not in this network. */
  network(network: NetworkId, signal?: AbortSignal): Promise<DaemonNetwork | undefined>;
  peers(signal?: AbortSignal): Promise<DaemonPeer[]>;
  /**
   * Joins, or changes the flags of a joined network. A 200 proves nothing, so request the network afterwards
   * (docs/zerotier-facts.md#joining).
   */
  join(network: NetworkId, flags: NetworkFlags, signal?: AbortSignal): Promise<void>;
  /** It is not an error if the network is not joined. */
  leave(network: NetworkId, signal?: AbortSignal): Promise<void>;
}

/** Parses an answer; the error says what is wrong with it. */
export function readAnswer<S extends z.ZodType>(schema: S, answer: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new LocalApiError(
    'garbage',
    `zerotier-one's answer to ${what} cannot be read: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
    parsed.error,
  );
}
