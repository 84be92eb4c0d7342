import { Call, Cidr } from '@orrery/shared/contracts';
import { z } from 'zod';
import { readImagePattern } from './image-pattern.js';

/** The names of the calls that this agent knows. */
export const CallName = z.enum(Call.shape.op.options.map(({ shape }) => shape.op.value));
export type CallName = z.infer<typeof CallName>;

const ImageRule = z
  .string()
  .max(512)
  .refine((text) => readImagePattern(text) !== undefined, 'must be an image reference or a pattern of one')
  .meta({ description: 'image reference, with * for anything within a part; alone: every image' });

const NetworkRule = z
  .string()
  .regex(
    /^(?:[0-9a-f]{16}|(?=.*\*)[0-9a-f*]{1,16})$/,
    'must be a network ID (16 lowercase hex digits, in quotes) or a pattern with *',
  );

const NetworkRules = z.strictObject({
  allow: z.array(NetworkRule).max(10_000).default(['*']),
  deny: z.array(NetworkRule).max(10_000).default([]),
});
const RouteRules = z.strictObject({
  allow: z.array(Cidr).max(10_000).default(['0.0.0.0/0', '::/0']),
  deny: z.array(Cidr).max(10_000).default([]),
});

/** Whose memberships may have a setting: nobody's, only containers' (they have a network namespace of their own), everybody's. */
const Whose = z.union([z.boolean(), z.literal('containers')]);

/**
 * What a host allows, whatever the API requests: `policy.yaml`. Strict, so that a rule with a typo is an error and not silently
 * ignored. Missing rules have defaults, and the defaults allow everything that Orrery does by itself. Only
 * `routers` allows nothing by default: an API that somebody took over must not open a LAN.
 */
export const Policy = z.strictObject({
  images: z.array(ImageRule).max(10_000).default(['*']),
  networks: NetworkRules.prefault({}),
  containers: z
    .strictObject({
      max: z.int().nonnegative().default(256),
      memoryMb: z.int().positive().default(4096),
      pids: z.int().positive().default(4096),
    })
    .prefault({}),
  calls: z.array(CallName).default([...CallName.options]),
  /** What the API may probe from nodes of this host: nothing, targets in their own ZeroTier networks, or everything that they reach. */
  probes: z.union([z.boolean(), z.literal('networks')]).default('networks'),
  /** Whether the host's own zerotier-one may be touched: never, always, or for these networks. */
  hostDaemon: z.union([z.boolean(), z.array(NetworkRule).max(10_000)]).default(true),
  /** Which containers of others may be attached: none, those that wear the label `orrery.network`, or any. */
  workloads: z
    .union([z.enum(['none', 'labelled', 'all']), z.boolean().transform((may) => (may ? 'labelled' : 'none'))])
    .default('labelled'),
  /** Which prefixes networks may bring onto the host itself. */
  routes: RouteRules.prefault({}),
  /** The other direction: which prefixes behind this host routers may open to networks. */
  routers: z.array(z.cidrv4('must be an IPv4 prefix')).max(10_000).default([]),
  settings: z
    .strictObject({
      allowGlobal: Whose.default(true),
      allowDefault: Whose.default('containers'),
      allowDNS: Whose.default('containers'),
    })
    .prefault({}),
});
export type Policy = z.infer<typeof Policy>;

export const DEFAULT_POLICY: Policy = Policy.parse({});

/** The path of a rule in the file: `networks.deny`. */
export type Rule =
  | 'images'
  | 'networks.allow'
  | 'networks.deny'
  | 'containers.max'
  | 'containers.memoryMb'
  | 'containers.pids'
  | 'calls'
  | 'hostDaemon'
  | 'probes'
  | 'routes'
  | 'routers'
  | 'workloads'
  | `settings.${keyof Policy['settings']}`;

/** The policy in force: the rules and their lines, or why there are none. Without rules nothing is allowed. */
export type HeldPolicy =
  | { result: 'held'; policy: Policy; file: string; isWritten: boolean; lines: ReadonlyMap<string, number> }
  | { result: 'unreadable'; file: string; cause: string; fix: string };
