import { z } from 'zod';
import { ContainerLimits } from './items.js';
import { ItemId, Name, NetworkId, NodeAddress, NodeId } from './ids.js';
import { FailureCode } from './outcomes.js';

/**
 * One part of an observation: known, or unknown with its cause. Unknown is not empty: no step and no "removed" ever follows
 * from it.
 */
export const unknownPart = z.object({
  known: z.literal(false),
  code: FailureCode,
  cause: z.string(),
  /** Where whoever could not look knows what to do about it better than the code alone does. */
  fix: z.string().optional(),
});
export const part = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('known', [z.object({ known: z.literal(true), value }), unknownPart]);
export type Part<T> = { known: true; value: T } | z.infer<typeof unknownPart>;

export const EngineInfo = z.object({
  version: z.string(),
  apiVersion: z.string(),
  os: z.string(),
  architecture: z.string(),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

export const ContainerState = z
  .enum(['created', 'running', 'paused', 'restarting', 'exited', 'dead'])
  .meta({ id: 'ContainerState' });
export type ContainerState = z.infer<typeof ContainerState>;

/** A managed container as the engine shows it. `ours` is false for one that merely wears our name or label. */
export const ObservedContainer = z.object({
  item: ItemId,
  node: NodeId,
  name: Name,
  ours: z.boolean(),
  /** Made for this item, and changed since, so that it is not ours any more: in what, in words. */
  differs: z.string().optional(),
  engineId: z.string(),
  state: ContainerState,
  image: z.string(),
  imageId: z.string(),
  incarnation: z.int(),
  limits: ContainerLimits,
  startedAt: z.iso.datetime().nullable(),
  exitCode: z.int().nullable(),
  oomKilled: z.boolean(),
});
export type ObservedContainer = z.infer<typeof ObservedContainer>;

/** What `GET /status` of a zerotier-one says. `online` is optimistic and late (FACTS): shown, never decided upon. */
export const ObservedDaemon = z.object({ address: NodeAddress, version: z.string(), online: z.boolean() });
export type ObservedDaemon = z.infer<typeof ObservedDaemon>;

/** The daemon's own statuses, and any it may invent later. */
export const MembershipStatus = z
  .enum([
    'REQUESTING_CONFIGURATION',
    'OK',
    'ACCESS_DENIED',
    'NOT_FOUND',
    'PORT_ERROR',
    'CLIENT_TOO_OLD',
    'AUTHENTICATION_REQUIRED',
    'UNKNOWN',
  ])
  .meta({ id: 'MembershipStatus' });
export type MembershipStatus = z.infer<typeof MembershipStatus>;

export const ObservedRoute = z.object({ target: z.string(), via: z.string().nullable() }).meta({ id: 'Route' });
export type ObservedRoute = z.infer<typeof ObservedRoute>;

/** A network that the daemon is in, in the daemon's words: `addresses` are what it was assigned, not what the kernel has. */
export const ObservedMembership = z.object({
  network: NetworkId,
  name: z.string(),
  type: z.enum(['PRIVATE', 'PUBLIC']),
  status: MembershipStatus,
  device: z.string().nullable(),
  mac: z.string(),
  mtu: z.int(),
  addresses: z.array(z.string()),
  routes: z.array(ObservedRoute),
  bridge: z.boolean(),
  allowManaged: z.boolean(),
  allowGlobal: z.boolean(),
  allowDefault: z.boolean(),
  allowDNS: z.boolean(),
  /** The `allowManaged=` list in networks.d/<id>.local.conf where it can be read; null: no list. */
  allowManagedList: z.array(z.string()).nullable(),
  authenticationUrl: z.string().nullable(),
});
export type ObservedMembership = z.infer<typeof ObservedMembership>;

/** A `zt…` device as the kernel of the node's network namespace shows it: the only truth about interface and address. */
export const ObservedInterface = z.object({
  device: z.string(),
  up: z.boolean(),
  mac: z.string(),
  mtu: z.int(),
  addresses: z.array(z.string()),
  routes: z.array(ObservedRoute),
});
export type ObservedInterface = z.infer<typeof ObservedInterface>;

/** How the node reaches a peer: direct when a path is active, else relayed. `latencyMs` null is unknown. */
export const ObservedPeer = z.object({
  address: NodeAddress,
  role: z.enum(['LEAF', 'MOON', 'PLANET']),
  path: z.enum(['direct', 'relayed']),
  latencyMs: z.number().nullable(),
});
export type ObservedPeer = z.infer<typeof ObservedPeer>;

export const ObservedNode = z.object({
  node: NodeId,
  kind: z.enum(['host', 'container']),
  daemon: part(ObservedDaemon),
  memberships: part(z.array(ObservedMembership)),
  interfaces: part(z.array(ObservedInterface)),
  peers: part(z.array(ObservedPeer)),
});
export type ObservedNode = z.infer<typeof ObservedNode>;

/** A whole look at a host. A node that is in no list was not looked at: the host's node is always there. */
export const ObservedState = z.object({
  engine: part(EngineInfo),
  containers: part(z.array(ObservedContainer)),
  nodes: z.array(ObservedNode),
});
export type ObservedState = z.infer<typeof ObservedState>;
