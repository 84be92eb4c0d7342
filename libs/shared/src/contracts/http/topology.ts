import { z } from 'zod';
import { ControllerId, HostId, Name, NetworkId, NodeAddress, NodeId } from '../ids.js';
import { NodeKind } from '../items.js';
import { Timestamp } from './common.js';
import { ControllerKind } from './controllers.js';

/** Longest `why`: a picture has no room for more, and pages ask for the whole cause. */
export const MAX_WHY = 200;
/** More addresses of one membership are not in the answer; a host can report 500. */
export const MAX_TOPOLOGY_ADDRESSES = 8;
/** More paths are not in the answer: first the silent ones, then the relayed, then the direct ones. */
export const MAX_TOPOLOGY_PATHS = 1000;

export const TopologyState = z.enum(['fine', 'waiting', 'failed', 'away', 'unknown']).meta({
  id: 'TopologyState',
  description:
    '`fine`: as desired, or nothing is desired of it. `waiting`: not yet, something or somebody else must act. `failed`: it does not work. `away`: its host, or the controller, is not reached. `unknown`: never reported, or the API cannot judge now.',
});
export type TopologyState = z.infer<typeof TopologyState>;

const state = TopologyState.describe('How it stands, judged from what is stored.');
const why = z
  .string()
  .max(MAX_WHY)
  .optional()
  .describe('Why it is not fine, in words, cut to 200 characters; left out if it is fine.');
const whyOfNode = z
  .string()
  .max(MAX_WHY)
  .optional()
  .describe(
    'Why it is not fine, in words, cut to 200 characters. With `fine`: why a host’s own daemon that does not answer need not. Otherwise left out.',
  );

const TopologyHost = z
  .object({
    id: HostId.describe('Id of the host.'),
    name: Name.describe('Name of the host.'),
    site: z.string().nullable().describe('Its label `site`; null if it has none.'),
    state: TopologyState.describe(
      'How the host itself stands: presence and findings about the host. Its nodes have states of their own.',
    ),
    why,
    simulated: z.literal(true).optional().describe('True for a simulated host; otherwise left out.'),
  })
  .meta({ id: 'TopologyHost', description: 'A host in the topology.' });
export type TopologyHost = z.infer<typeof TopologyHost>;

const TopologyNode = z
  .object({
    id: NodeId.describe('Id of the node.'),
    host: HostId.describe('Id of its host.'),
    name: z.string().describe('HOST for the host’s own daemon, HOST/CONTAINER for one in a container.'),
    kind: NodeKind.describe('Where its zerotier-one runs.'),
    address: NodeAddress.nullable().describe(
      'The ZeroTier address that counts as its own, which no other node has here; null if there is none.',
    ),
    state,
    why: whyOfNode,
  })
  .meta({ id: 'TopologyNode', description: 'A node in the topology.' });
export type TopologyNode = z.infer<typeof TopologyNode>;

const TopologyNetwork = z
  .object({
    id: NetworkId.describe('ZeroTier network ID.'),
    name: z
      .string()
      .nullable()
      .describe('Name of the network; null if it has none. One that nobody here gave it is cut to 100 characters.'),
    controller: ControllerId.nullable().describe(
      'Id of the controller through which Orrery keeps it; null: it does not.',
    ),
    kept: z.boolean().describe('Whether Orrery keeps it.'),
  })
  .meta({ id: 'TopologyNetwork', description: 'A network in the topology.' });
export type TopologyNetwork = z.infer<typeof TopologyNetwork>;

const TopologyMembership = z
  .object({
    node: NodeId.describe('Id of the node.'),
    network: NetworkId.describe('ZeroTier network ID.'),
    state,
    addresses: z
      .array(z.string())
      .describe('IP addresses that the interface carries in the kernel, each with its prefix length; the first 8.'),
    why,
  })
  .meta({ id: 'TopologyMembership', description: 'A membership in the topology.' });
export type TopologyMembership = z.infer<typeof TopologyMembership>;

const TopologyController = z
  .object({
    id: ControllerId.describe('Id of the controller.'),
    name: Name.describe('Name of the controller.'),
    node: NodeId.nullable().describe('Id of the node whose zerotier-one it is in; null for ZeroTier Central.'),
    kind: ControllerKind.describe('What kind of controller it is.'),
    state,
    why,
  })
  .meta({ id: 'TopologyController', description: 'A controller in the topology.' });
export type TopologyController = z.infer<typeof TopologyController>;

const TopologyPath = z
  .object({
    node: NodeId.describe('Id of the node whose view this is.'),
    peer: NodeAddress.describe('ZeroTier address of the node that it reaches.'),
    path: z.enum(['direct', 'relayed']).describe('How it reaches it.'),
    ms: z.int().optional().describe('Round trip in milliseconds, a million at most; left out if unknown.'),
    silent: z.literal(true).optional().describe('True: nothing comes back along it; otherwise left out.'),
  })
  .meta({
    id: 'TopologyPath',
    description: 'A path in the topology. A node that does not list a peer has none to it.',
  });
export type TopologyPath = z.infer<typeof TopologyPath>;

export const Topology = z
  .object({
    at: Timestamp.describe('When it was read, by the clock of the database. It is not part of the ETag.'),
    hosts: z.array(TopologyHost).describe('Hosts, by name.'),
    nodes: z.array(TopologyNode).describe('Nodes, by host and name.'),
    networks: z.array(TopologyNetwork).describe('Networks that have a name here, or that a node is or should be in.'),
    memberships: z.array(TopologyMembership).describe('Nodes in networks, desired or observed.'),
    controllers: z.array(TopologyController).describe('Controllers, by name.'),
    paths: z
      .array(TopologyPath)
      .describe(
        'How nodes reach each other, at most 1,000: silent paths first, then relayed ones, then direct ones. Paths to roots are left out.',
      ),
    morePaths: z
      .literal(true)
      .optional()
      .describe('True: there are more paths; those of one node are in `GET /v1/networks/{network}/paths`.'),
  })
  .meta({
    id: 'Topology',
    description: 'Everything that a picture of the fleet shows, read at one moment: ids and states, and little else.',
  });
export type Topology = z.infer<typeof Topology>;
