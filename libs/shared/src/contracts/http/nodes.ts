import { z } from 'zod';
import { NetworkId, NodeAddress, NodeId } from '../ids.js';
import { Intent, MembershipSettings, MembershipSettingsChange, NodeKind } from '../items.js';
import { MembershipStatus, ObservedRoute } from '../observed.js';
import {
  attentionOf,
  HostRef,
  page,
  PageQuery,
  Reference,
  searchIn,
  ShownOutcome,
  sortBy,
  Timestamp,
} from './common.js';

export const NodeRef = z
  .object({
    id: NodeId.describe('Id of the node.'),
    name: z.string().describe('HOST for the host’s own daemon, HOST/CONTAINER for one in a container.'),
    kind: NodeKind.describe('Where its zerotier-one runs.'),
  })
  .meta({ id: 'NodeRef', description: 'A node as people write it.' });
export type NodeRef = z.infer<typeof NodeRef>;

export const Node = z
  .object({
    id: NodeId.describe('Id of the node; it never changes.'),
    name: z.string().describe('HOST for the host’s own daemon, HOST/CONTAINER for one in a container.'),
    kind: NodeKind.describe('Where its zerotier-one runs.'),
    host: HostRef.describe('Its host.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    state: z
      .enum(['up', 'down', 'unknown'])
      .describe('`up`: its zerotier-one answers. `down`: it does not. `unknown`: it could not be asked.'),
    cause: z.string().nullable().describe('Why it is not up; null if it is.'),
    address: NodeAddress.nullable().describe('ZeroTier address: 10 hex digits; null until it is known.'),
    zerotierVersion: z.string().nullable().describe('Version of its zerotier-one; null until it was seen.'),
    online: z
      .boolean()
      .nullable()
      .describe('Whether zerotier-one calls itself online, which is optimistic and late; null until it was seen.'),
    unused: z.string().nullable().default(null).meta({
      description:
        'Said of a host’s own daemon that is not up and of which nothing is desired, so that it need not be. Null for any other.',
      example: 'no ZeroTier on this host',
    }),
    updatedAt: Timestamp.nullable().describe(
      'When the API last stored something new about it; null if its host has reported nothing yet.',
    ),
  })
  .meta({ id: 'Node', description: 'A slot for one zerotier-one: the host’s own daemon, or the one in a container.' });
export type Node = z.infer<typeof Node>;
export const NodePage = page(Node, 'NodePage');
export type NodePage = z.infer<typeof NodePage>;
export const NodeQuery = PageQuery.extend({
  q: searchIn('the name or the ZeroTier address'),
  sort: sortBy('name', 'kind', 'state', 'address', 'updatedAt'),
  host: Reference.optional().meta({ description: 'Only nodes of this host: its name or id.', example: 'web-1' }),
  attention: attentionOf('nodes'),
  kind: NodeKind.optional().meta({ description: 'Only nodes of this kind.', example: 'container' }),
});
export type NodeQuery = z.infer<typeof NodeQuery>;

export const Membership = z
  .object({
    node: NodeRef.describe('The node.'),
    host: HostRef.describe('Its host.'),
    network: z
      .object({
        id: NetworkId.describe('ZeroTier network ID.'),
        name: z.string().nullable().describe('Name of the network; null if it has none.'),
      })
      .describe('The network.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    managed: z.boolean().describe('False: found on the node. Orrery did not create it and never touches it.'),
    intent: Intent.nullable().describe('Whether the node should be in the network; null if unmanaged.'),
    settings: MembershipSettings.nullable().describe('Desired settings; null if unmanaged.'),
    outcome: ShownOutcome.nullable().describe('How it stands; null if unmanaged or not reported yet.'),
    status: MembershipStatus.nullable().describe('Status that zerotier-one reports; null if it reports none.'),
    device: z.string().nullable().describe('Name of the interface, such as `ztmjfmfyq5`; null if there is none.'),
    assignedAddresses: z
      .array(z.string())
      .describe('IP addresses that zerotier-one was assigned, each with its prefix length.'),
    addresses: z
      .array(z.string())
      .describe('IP addresses that the interface really carries in the kernel, each with its prefix length.'),
    heard: z
      .boolean()
      .nullable()
      .default(null)
      .describe(
        'Whether the node has heard from its controller or another node since it was started. False with an address: probably nobody reaches it yet. Null: unknown.',
      ),
    heardSince: Timestamp.nullable().default(null).describe('Since when `heard` has had this value; null if unknown.'),
    interfaceUp: z.boolean().nullable().describe('Whether the kernel shows the interface up; null if it shows none.'),
    routes: z.array(ObservedRoute).describe('Routes over the interface in the kernel.'),
    controller: z
      .object({
        authorized: z.boolean().describe('Whether the controller has authorized the node.'),
        addresses: z.array(z.string()).describe('IP addresses that it assigned to the node.'),
      })
      .nullable()
      .default(null)
      .describe('What the controller of the network records; null if Orrery cannot ask it or it has no record.'),
    updatedAt: Timestamp.nullable().describe(
      'When the API last stored something new about it; null if its host has reported nothing yet.',
    ),
    version: z.int().nullable().describe('Grows with every change; also the ETag, for If-Match. Null if unmanaged.'),
  })
  .meta({ id: 'Membership', description: 'A node in a network: desired, observed, or both.' });
export type Membership = z.infer<typeof Membership>;
export const MembershipPage = page(Membership, 'MembershipPage');
export type MembershipPage = z.infer<typeof MembershipPage>;
export const MembershipQuery = PageQuery.extend({
  q: searchIn('the name or an address of the node, or in the name or ID of the network'),
  sort: sortBy('node', 'network', 'status', 'outcome', 'updatedAt'),
  host: Reference.optional().meta({ description: 'Only memberships on this host: its name or id.', example: 'web-1' }),
  node: Reference.optional().meta({
    description: 'Only memberships of this node: HOST, HOST/CONTAINER, an address or an id.',
    example: 'web-1/demo',
  }),
  network: Reference.optional().meta({
    description: 'Only memberships in this network: its 16-digit ID or its name.',
    example: 'lab',
  }),
  attention: attentionOf('memberships'),
  managed: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'True: only those that Orrery manages. False: only the others.', example: true }),
  status: MembershipStatus.optional().meta({
    description: 'Only memberships with this status.',
    example: 'ACCESS_DENIED',
  }),
});
export type MembershipQuery = z.infer<typeof MembershipQuery>;

export const MembershipPut = z
  .strictObject({
    settings: MembershipSettingsChange.optional().describe(
      'Settings to change; those left out stay, or take their defaults in a new membership.',
    ),
    adopt: z.boolean().default(false).describe('True: take over a membership that a person created.'),
  })
  .meta({ id: 'MembershipPut', description: 'A membership to create, change or take over.' });
export type MembershipPut = z.infer<typeof MembershipPut>;

export const Interface = z
  .object({
    node: NodeRef.describe('The node.'),
    host: HostRef.describe('Its host.'),
    network: z
      .object({
        id: NetworkId.describe('ZeroTier network ID.'),
        name: z.string().nullable().describe('Name of the network; null if it has none.'),
      })
      .nullable()
      .describe('The network; null if it is not known which.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    device: z.string().describe('Name of the device.'),
    up: z.boolean().describe('Whether it is up.'),
    mac: z.string().describe('MAC address.'),
    mtu: z.int().describe('MTU in bytes.'),
    addresses: z.array(z.string()).describe('IP addresses on it, each with its prefix length.'),
    routes: z.array(ObservedRoute).describe('Routes over it.'),
    updatedAt: Timestamp.describe('When the API last stored something new about it.'),
  })
  .meta({ id: 'Interface', description: 'A `zt…` device as the kernel of the node’s network namespace shows it.' });
export type Interface = z.infer<typeof Interface>;
export const InterfacePage = page(Interface, 'InterfacePage');
export type InterfacePage = z.infer<typeof InterfacePage>;
export const InterfaceQuery = PageQuery.extend({
  host: Reference.optional().meta({ description: 'Only interfaces on this host: its name or id.', example: 'web-1' }),
  node: Reference.optional().meta({
    description: 'Only interfaces of this node: HOST, HOST/CONTAINER, an address or an id.',
    example: 'web-1/demo',
  }),
  network: Reference.optional().meta({
    description: 'Only interfaces of this network: its 16-digit ID or its name.',
    example: 'lab',
  }),
});
export type InterfaceQuery = z.infer<typeof InterfaceQuery>;
