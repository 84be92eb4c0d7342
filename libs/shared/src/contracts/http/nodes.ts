import { z } from 'zod';
import { NetworkId, NodeAddress, NodeId } from '../ids.js';
import { Intent, MembershipSettings, MembershipSettingsChange, NodeKind } from '../items.js';
import { MembershipStatus, ObservedRoute } from '../observed.js';
import { Outcome } from '../outcomes.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';

/** A node as people write it: HOST for its own daemon, HOST/CONTAINER for a container's. */
export const NodeRef = z.object({ id: NodeId, name: z.string(), kind: NodeKind }).meta({ id: 'NodeRef' });
export type NodeRef = z.infer<typeof NodeRef>;

export const Node = z
  .object({
    id: NodeId,
    name: z.string(),
    kind: NodeKind,
    host: HostRef,
    simulated: z.boolean(),
    /** What the daemon last said of itself; `unknown` with the cause where it could not be asked. */
    state: z.enum(['up', 'down', 'unknown']),
    cause: z.string().nullable(),
    address: NodeAddress.nullable(),
    zerotierVersion: z.string().nullable(),
    online: z.boolean().nullable(),
    updatedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Node' });
export type Node = z.infer<typeof Node>;
export const NodePage = page(Node, 'NodePage');
export type NodePage = z.infer<typeof NodePage>;
export const NodeQuery = PageQuery.extend({ host: Reference.optional(), kind: NodeKind.optional() });
export type NodeQuery = z.infer<typeof NodeQuery>;

export const Membership = z
  .object({
    node: NodeRef,
    host: HostRef,
    network: z.object({ id: NetworkId, name: z.string().nullable() }),
    simulated: z.boolean(),
    /** False: found on the node, not made by Orrery, never touched. */
    managed: z.boolean(),
    intent: Intent.nullable(),
    settings: MembershipSettings.nullable(),
    /** How the wish stands. */
    outcome: Outcome.nullable(),
    /** The daemon's view. */
    status: MembershipStatus.nullable(),
    device: z.string().nullable(),
    assignedAddresses: z.array(z.string()),
    /** The kernel's view: addresses that the interface really carries. */
    addresses: z.array(z.string()),
    interfaceUp: z.boolean().nullable(),
    routes: z.array(ObservedRoute),
    /** What the network's controller says of it, where Orrery can ask it; null: not known, or no record. */
    controller: z
      .object({ authorized: z.boolean(), addresses: z.array(z.string()) })
      .nullable()
      .default(null),
    updatedAt: Timestamp.nullable(),
    version: z.int().nullable(),
  })
  .meta({ id: 'Membership' });
export type Membership = z.infer<typeof Membership>;
export const MembershipPage = page(Membership, 'MembershipPage');
export type MembershipPage = z.infer<typeof MembershipPage>;
export const MembershipQuery = PageQuery.extend({
  host: Reference.optional(),
  node: Reference.optional(),
  network: Reference.optional(),
  managed: z.enum(['true', 'false']).optional(),
  status: MembershipStatus.optional(),
});
export type MembershipQuery = z.infer<typeof MembershipQuery>;

/**
 * Body of `PUT /v1/nodes/{node}/networks/{network}`. Settings that are not named stay as they are, of a new membership: the
 * defaults. `adopt` takes over a membership that a person made.
 */
export const MembershipPut = z
  .strictObject({ settings: MembershipSettingsChange.optional(), adopt: z.boolean().default(false) })
  .meta({ id: 'MembershipPut' });
export type MembershipPut = z.infer<typeof MembershipPut>;

export const Interface = z
  .object({
    node: NodeRef,
    host: HostRef,
    network: z.object({ id: NetworkId, name: z.string().nullable() }).nullable(),
    simulated: z.boolean(),
    device: z.string(),
    up: z.boolean(),
    mac: z.string(),
    mtu: z.int(),
    addresses: z.array(z.string()),
    routes: z.array(ObservedRoute),
    updatedAt: Timestamp,
  })
  .meta({ id: 'Interface' });
export type Interface = z.infer<typeof Interface>;
export const InterfacePage = page(Interface, 'InterfacePage');
export type InterfacePage = z.infer<typeof InterfacePage>;
export const InterfaceQuery = PageQuery.extend({
  host: Reference.optional(),
  node: Reference.optional(),
  network: Reference.optional(),
});
export type InterfaceQuery = z.infer<typeof InterfaceQuery>;
