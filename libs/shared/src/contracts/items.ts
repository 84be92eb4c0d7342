import { z } from 'zod';
import { Cidr, HostId, ItemId, Name, NetworkId, NodeAddress, NodeId } from './ids.js';

export const Intent = z.enum(['present', 'absent']).meta({
  id: 'Intent',
  description: 'Whether an item should be there. One that is absent stays in the list until the agent has settled it.',
});
export type Intent = z.infer<typeof Intent>;

export const NodeKind = z
  .enum(['host', 'container'])
  .meta({ id: 'NodeKind', description: "the host's own zerotier-one, or the one in a container" });
export type NodeKind = z.infer<typeof NodeKind>;

/**
 * A whole image reference (`zerotier/zerotier:1.14.2`, `registry.lan:5000/zt@sha256:…`), at most 255 characters. It becomes part of a
 * path to the engine, so no component of it may be empty or consist of dots.
 */
export const ImageReference = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9][a-zA-Z0-9._\-/:]*(@sha256:[0-9a-f]{64})?$/,
    'must be an image reference such as zerotier/zerotier:1.14.2',
  )
  .refine((text) => !/\/\.{0,2}(?=[/:@]|$)/.test(text), 'must be an image reference such as zerotier/zerotier:1.14.2');
export type ImageReference = z.infer<typeof ImageReference>;

/** At most 1,000 bytes, because the daemon cuts the line of its file at 1,023 bytes (docs/zerotier-facts.md#joining). */
const AllowManaged = z.union([
  z.boolean(),
  z
    .array(Cidr)
    .min(1)
    .refine((list) => list.join(',').length <= 1000, 'the list is longer than 1,000 bytes'),
]);

export const MembershipSettings = z
  .strictObject({
    allowManaged: AllowManaged.default(true).describe(
      'True: accept all addresses and routes that the network pushes. A list: only those within these prefixes, at most 1,000 bytes in all.',
    ),
    allowGlobal: z.boolean().default(false).describe('True: also accept public addresses and routes.'),
    allowDefault: z.boolean().default(false).describe('True: let the network replace the default route.'),
    allowDNS: z.boolean().default(false).describe('True: use the DNS servers of the network.'),
  })
  .meta({ id: 'MembershipSettings', description: 'Settings of a membership, as zerotier-one calls them.' });
export type MembershipSettings = z.infer<typeof MembershipSettings>;

export const MembershipSettingsChange = z
  .strictObject({
    allowManaged: AllowManaged.optional().describe(
      'True: accept all addresses and routes that the network pushes. A list: only those within these prefixes, at most 1,000 bytes in all.',
    ),
    allowGlobal: z.boolean().optional().describe('True: also accept public addresses and routes.'),
    allowDefault: z.boolean().optional().describe('True: let the network replace the default route.'),
    allowDNS: z.boolean().optional().describe('True: use the DNS servers of the network.'),
  })
  .meta({
    id: 'MembershipSettingsChange',
    description: 'Settings of a membership to change; those left out stay, so that no change of one widens another.',
  });
export type MembershipSettingsChange = z.infer<typeof MembershipSettingsChange>;

export const ContainerLimits = z
  .strictObject({
    memoryMb: z.int().min(32).max(4096).default(256).describe('Memory in MiB.'),
    pids: z.int().min(16).max(4096).default(128).describe('Number of processes.'),
  })
  .meta({ id: 'ContainerLimits', description: 'Limits of a container.' });
export type ContainerLimits = z.infer<typeof ContainerLimits>;

const itemBase = {
  id: ItemId,
  /** Revision of the host's desired state at which this item last changed; `item.settled` refers to it. */
  revision: z.int().positive(),
  intent: Intent,
  node: NodeId,
};

/** A ZeroTier container. `incarnation` grows with each restart; `image` null is the host's default image. */
export const ContainerItem = z.object({
  ...itemBase,
  kind: z.literal('container'),
  name: Name,
  image: ImageReference.nullable(),
  limits: ContainerLimits,
  incarnation: z.int().nonnegative(),
  /** The identity assigned to it, from those that this host offered; absent: its agent generates one. */
  identity: NodeAddress.optional(),
});
export type ContainerItem = z.infer<typeof ContainerItem>;

/**
 * A container that somebody else runs, by what stays when it is made anew: never by an engine's id. `shop/db/1`: project,
 * service and number of Docker Compose. Anything else is a container's name.
 */
export const Workload = z
  .string()
  .max(255)
  .regex(
    /^(?:[a-z0-9][a-z0-9_-]*\/[a-zA-Z0-9][a-zA-Z0-9._-]*\/[1-9]\d{0,4}|[a-zA-Z0-9][a-zA-Z0-9_.-]*)$/,
    'must be PROJECT/SERVICE/NUMBER of Docker Compose, or the name of a container',
  )
  .meta({ example: 'shop/db/1' });
export type Workload = z.infer<typeof Workload>;

/**
 * A ZeroTier container in the network namespace of a workload, so that the workload itself has the interface and its
 * addresses. It comes and goes with its workload; `name` is that of its container.
 */
export const AttachmentItem = ContainerItem.extend({ kind: z.literal('attachment'), workload: Workload });
export type AttachmentItem = z.infer<typeof AttachmentItem>;

/** An item whose node runs in a container of Orrery. */
export type NodeContainerItem = ContainerItem | AttachmentItem;

/** A node in a network. Memberships of a container's node are also written into the container before it starts. */
export const MembershipItem = z.object({
  ...itemBase,
  kind: z.literal('membership'),
  nodeKind: NodeKind,
  network: NetworkId,
  /** What the API calls the network, in memberships of attachments: the labels of their workloads may name it so. */
  networkName: z.string().max(63).optional(),
  settings: MembershipSettings,
});
export type MembershipItem = z.infer<typeof MembershipItem>;

/** More prefixes than one router carries in practice; the routes of a network are as many. */
export const MAX_ROUTER_PREFIXES = 32;

/** An address behind a router, to be tried all the time: with a port by a connection, without one by a ping. */
export const LanCheck = z
  .object({
    address: z.ipv4().meta({ description: 'Address of a machine behind the routers.', example: '192.168.10.20' }),
    port: z.int().min(1).max(65_535).optional().describe('Port for a TCP connection; left out: it is pinged.'),
  })
  .meta({ id: 'LanCheck', description: 'What all routers of a route try all the time.' });
export type LanCheck = z.infer<typeof LanCheck>;

/**
 * A node that carries prefixes behind it into a network. It runs in a container of Orrery, in whose network namespace it forwards and
 * masquerades. An agent that does not know the kind settles it as unsupported.
 */
export const RouterItem = z.object({
  ...itemBase,
  kind: z.literal('router'),
  network: NetworkId,
  /** Private IPv4 prefixes, none of which overlaps another. */
  prefixes: z.array(Cidr).min(1).max(MAX_ROUTER_PREFIXES),
  /** Of a standby: the address in the network of the router that serves, to be pinged all the time. */
  watch: z.object({ address: z.ipv4() }).optional(),
  /** Within one of the prefixes. */
  check: LanCheck.optional(),
});
export type RouterItem = z.infer<typeof RouterItem>;

/** Orrery does not restart the host's own daemon; `node` items may follow. */
export const Item = z.discriminatedUnion('kind', [ContainerItem, AttachmentItem, MembershipItem, RouterItem]);
export type Item = z.infer<typeof Item>;

export const isOfContainer = (item: Item): item is NodeContainerItem =>
  item.kind === 'container' || item.kind === 'attachment';

/** The fields of every item, known or not: an item that an agent cannot read settles as failed, and the agent continues with the rest. */
export const AnyItem = z.looseObject({ id: ItemId, revision: z.int().positive(), kind: z.string(), intent: Intent });
export type AnyItem = z.infer<typeof AnyItem>;

/** The whole desired state of one host. A missing item means nothing. */
export const DesiredState = z.object({
  host: HostId,
  revision: z.int().nonnegative(),
  items: z.array(AnyItem),
  /** True: the agent observes and reports, but changes nothing. Omitted: it works. */
  paused: z.boolean().optional(),
});
export type DesiredState = z.infer<typeof DesiredState>;
