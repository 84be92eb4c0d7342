import { z } from 'zod';
import { NetworkConfig, NetworkConfigChange } from '../controllers.js';
import { duration, YEAR_SECONDS } from '../durations.js';
import { Cidr, NetworkId, NodeAddress } from '../ids.js';
import { Selector } from '../labels.js';
import { ControllerRef } from './controllers.js';
import { page, PageQuery, Reference, searchIn, sortBy } from './common.js';
import { ShownFinding } from './findings.js';

const NetworkName = z
  .string()
  .min(1)
  .max(63)
  .regex(
    /^[a-z0-9][a-z0-9._-]*$/,
    'must be 1 to 63 characters of a-z, 0-9, ".", "_" and "-", and must start with a letter or digit',
  )
  .refine((name) => !/^[0-9a-f]{16}$/.test(name), 'must not look like a network ID');

export const AdmissionBy = z.enum(['manual', 'fleet', 'selector']).meta({
  id: 'AdmissionBy',
  description:
    'Who gets in without a person: `manual`: nobody. `fleet`: every node that Orrery launched or was told to join. `selector`: those of the fleet on hosts that the selector matches.',
});
export type AdmissionBy = z.infer<typeof AdmissionBy>;

export const AdmissionPolicy = z
  .strictObject({
    by: AdmissionBy.default('fleet').describe('Who decides.'),
    selector: z
      .string()
      .max(1000)
      .refine(
        (text) => Selector.safeParse(text).success,
        'write key=value, key!=value, key or !key, with commas between them',
      )
      .nullable()
      .default(null)
      .describe('Label selector of hosts, with `by: selector` only; null otherwise.'),
    for: duration(10, 10 * YEAR_SECONDS)
      .nullable()
      .default(null)
      .meta({
        description:
          'How long a node stays authorized, from when it became desired in the network, such as `8h`; null: without limit.',
        example: '8h',
      }),
    onLeave: z
      .enum(['deauthorize', 'keep'])
      .default('deauthorize')
      .describe('What happens to the authorization of a node that leaves.'),
  })
  .refine(({ by, for: howLong }) => by !== 'manual' || howLong === null, {
    path: ['for'],
    message: 'with by: manual, each authorization has its own duration',
  })
  .refine(({ by, selector }) => (by === 'selector') === (selector !== null), {
    path: ['selector'],
    message: 'a selector is required with by: selector, and only allowed there',
  })
  .meta({ id: 'AdmissionPolicy', description: 'Who gets into a network.' });
export type AdmissionPolicy = z.infer<typeof AdmissionPolicy>;

export const NetworkSync = z
  .object({
    state: z.enum(['applied', 'pending']).describe('`applied`: it has. `pending`: not yet; Orrery keeps trying.'),
    cause: z.string().nullable().describe('Why it is pending; null if it is applied.'),
  })
  .meta({ id: 'NetworkSync', description: 'Whether the controller has the network as it should be.' });
export type NetworkSync = z.infer<typeof NetworkSync>;

export const Network = z
  .object({
    id: NetworkId.describe('ZeroTier network ID.'),
    name: z
      .string()
      .nullable()
      .describe('Name that a person gave it, otherwise the one on its controller; null if there is none.'),
    controller: NodeAddress.describe('ZeroTier address of its controller: the first ten digits of its ID.'),
    managedBy: ControllerRef.nullable().describe(
      'The controller through which Orrery keeps the network; null: somebody else keeps it.',
    ),
    config: NetworkConfig.nullable().describe('Its configuration; null if Orrery does not keep it.'),
    admission: AdmissionPolicy.nullable().describe('Who gets in; null if Orrery does not keep it.'),
    labels: z
      .boolean()
      .default(false)
      .describe('Whether labels of workloads can ask for this network. Its admission policy then decides as ever.'),
    sync: NetworkSync.nullable().describe(
      'Whether the controller has the desired state; null if Orrery does not keep it. In the answer to a removal: whether it has deleted the network.',
    ),
    findings: z
      .array(ShownFinding)
      .describe('What is wrong with it, judged from the desired state and what the controller reports.'),
    memberships: z
      .object({
        total: z.int().describe('All of them.'),
        ok: z.int().describe('Those that report OK.'),
        waiting: z.int().describe('Those that wait, for authorization for example.'),
        pending: z
          .int()
          .default(0)
          .describe('Those of `waiting` that are on their way: desired, and their host has not reported a result yet.'),
      })
      .describe('Counts of the nodes that Orrery sees in it or that are desired there.'),
    version: z.int().describe('Grows with every change; also the ETag, for If-Match.'),
  })
  .meta({ id: 'Network', description: 'A ZeroTier network.' });
export type Network = z.infer<typeof Network>;
export const NetworkPage = page(Network, 'NetworkPage');
export type NetworkPage = z.infer<typeof NetworkPage>;

export const NetworkPut = z
  .strictObject({ name: NetworkName.describe('Name to use in place of the ID: a-z, 0-9, `.`, `_` and `-`.') })
  .meta({ id: 'NetworkPut', description: 'A name for a network.' });
export type NetworkPut = z.infer<typeof NetworkPut>;

export const NetworkPost = z
  .strictObject({
    name: NetworkName.describe('Name of the network.'),
    controller: Reference.optional().describe(
      'The controller that keeps it: its name or id; left out: the only one there is.',
    ),
    config: NetworkConfigChange.prefault({}).describe('Configuration; anything left out takes its default.'),
    admission: AdmissionPolicy.prefault({}).describe('Who gets in.'),
    labels: z.boolean().default(false).describe('Whether labels of workloads can ask for this network.'),
  })
  .meta({
    id: 'NetworkPost',
    description:
      'A network to create. Without pools and routes it gets a free private /24 that overlaps no route of any host.',
  });
export type NetworkPost = z.infer<typeof NetworkPost>;

/** Maximum number of hosts listed with an overlapping route. */
export const MAX_OVERLAPS = 100;

export const RouteOverlap = z
  .object({
    target: Cidr.describe('Route of the network.'),
    host: z.string().nullable().describe('Name of the host; null if your token does not show it.'),
    prefix: Cidr.nullable().describe('Prefix that the host has its own route to; null if your token does not show it.'),
  })
  .meta({
    id: 'RouteOverlap',
    description:
      'A host has its own route to part of what a network is given, so its zerotier-one does not accept that route of the network.',
  });
export type RouteOverlap = z.infer<typeof RouteOverlap>;

export const NetworkMade = Network.extend({
  checkedHosts: z
    .int()
    .nullable()
    .describe('How many hosts’ routes were checked to choose the pool; null: you gave the pool.'),
  overlaps: z
    .array(RouteOverlap)
    .max(MAX_OVERLAPS)
    .default([])
    .describe('Hosts with a route that overlaps the pool you gave: each host once, at most 100.'),
}).meta({ id: 'NetworkMade', description: 'The new network, and what was checked for it.' });
export type NetworkMade = z.infer<typeof NetworkMade>;

export const NetworkPatch = z
  .strictObject({
    name: NetworkName.optional().describe('New name.'),
    config: NetworkConfigChange.optional().describe('Configuration to change; anything left out stays as it is.'),
    admission: AdmissionPolicy.optional().describe('Who gets in: the whole policy.'),
    labels: z
      .boolean()
      .optional()
      .describe('Whether labels of workloads can ask for this network. False: those that are in by a label leave it.'),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change: give name, config, admission or labels')
  .meta({
    id: 'NetworkPatch',
    description: 'A change of a network that Orrery keeps. Anything left out stays as it is.',
  });
export type NetworkPatch = z.infer<typeof NetworkPatch>;

export const NetworkQuery = PageQuery.extend({
  q: searchIn('the ID or the name'),
  sort: sortBy('id', 'name', 'memberships'),
  controller: Reference.optional().meta({
    description: 'Only networks on this controller: its name or id.',
    example: 'keeper',
  }),
});
export type NetworkQuery = z.infer<typeof NetworkQuery>;
