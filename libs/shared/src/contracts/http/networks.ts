import { z } from 'zod';
import { NetworkConfig, NetworkConfigChange } from '../controllers.js';
import { duration, YEAR_SECONDS } from '../durations.js';
import { FindingData } from '../events/findings.js';
import { Cidr, NetworkId, NodeAddress } from '../ids.js';
import { Selector } from '../labels.js';
import { ControllerRef } from './controllers.js';
import { page, PageQuery, Reference } from './common.js';

const NetworkName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'a name is 1 to 63 of a-z, 0-9, ".", "_" and "-", and starts with a letter or digit')
  .refine((name) => !/^[0-9a-f]{16}$/.test(name), 'a name that looks like a network id would be taken for one');

/** `manual`: a person. `fleet`: every node that Orrery launched or was told to let join. `selector`: of these, the ones on hosts that it matches. */
export const AdmissionBy = z.enum(['manual', 'fleet', 'selector']).meta({ id: 'AdmissionBy' });
export type AdmissionBy = z.infer<typeof AdmissionBy>;

/** Who gets into a network. `for`: for so long after it was wanted. `onLeave`: what becomes of who leaves. */
export const AdmissionPolicy = z
  .strictObject({
    by: AdmissionBy.default('fleet'),
    selector: z
      .string()
      .max(1000)
      .refine(
        (text) => Selector.safeParse(text).success,
        'write key=value, key!=value, key or !key, with commas between them',
      )
      .nullable()
      .default(null),
    for: duration(10, 10 * YEAR_SECONDS)
      .nullable()
      .default(null),
    onLeave: z.enum(['deauthorize', 'keep']).default('deauthorize'),
  })
  .refine(({ by, for: howLong }) => by !== 'manual' || howLong === null, {
    path: ['for'],
    message: 'where people decide, they also say for how long',
  })
  .refine(({ by, selector }) => (by === 'selector') === (selector !== null), {
    path: ['selector'],
    message: 'a selector goes with by: selector, and only with it',
  })
  .meta({ id: 'AdmissionPolicy' });
export type AdmissionPolicy = z.infer<typeof AdmissionPolicy>;

/** Whether the controller has the network as it is wanted. */
export const NetworkSync = z
  .object({ state: z.enum(['applied', 'pending']), cause: z.string().nullable() })
  .meta({ id: 'NetworkSync' });
export type NetworkSync = z.infer<typeof NetworkSync>;

export const Network = z
  .object({
    id: NetworkId,
    /** Given by a person, else what its controller calls it. */
    name: z.string().nullable(),
    controller: NodeAddress,
    /** The controller through which Orrery keeps it; null: somebody else keeps it. */
    managedBy: ControllerRef.nullable(),
    config: NetworkConfig.nullable(),
    admission: AdmissionPolicy.nullable(),
    sync: NetworkSync.nullable(),
    /** What is wrong with it, as far as can be told from what is wanted and what the controller says. */
    findings: z.array(FindingData),
    memberships: z.object({ total: z.int(), ok: z.int(), waiting: z.int() }),
    version: z.int(),
  })
  .meta({ id: 'Network' });
export type Network = z.infer<typeof Network>;
export const NetworkPage = page(Network, 'NetworkPage');
export type NetworkPage = z.infer<typeof NetworkPage>;

/** `PUT /v1/networks/{16 hex}`: gives a network a name to use in its place. */
export const NetworkPut = z.strictObject({ name: NetworkName }).meta({ id: 'NetworkPut' });
export type NetworkPut = z.infer<typeof NetworkPut>;

/**
 * Body of `POST /v1/networks`. Without `controller` the only one there is. Without pools and routes: a free private /24 that overlaps
 * no route of any host.
 */
export const NetworkPost = z
  .strictObject({
    name: NetworkName,
    controller: Reference.optional(),
    config: NetworkConfigChange.prefault({}),
    admission: AdmissionPolicy.prefault({}),
  })
  .meta({ id: 'NetworkPost' });
export type NetworkPost = z.infer<typeof NetworkPost>;

/** Most hosts that are named with a route that overlaps. */
export const MAX_OVERLAPS = 100;

/**
 * A host has a route of its own to a part of what a network is given: its own zerotier-one does not take that route of the network.
 * Host and prefix are null when the host is not in the scope of the token.
 */
export const RouteOverlap = z
  .object({ target: Cidr, host: z.string().nullable(), prefix: Cidr.nullable() })
  .meta({ id: 'RouteOverlap' });
export type RouteOverlap = z.infer<typeof RouteOverlap>;

/**
 * Answer of `POST /v1/networks`. `checkedHosts`: against the routes of how many hosts the pool was chosen; null: it was given, and
 * `overlaps` are the hosts whose routes it overlaps, each once, 100 at most.
 */
export const NetworkMade = Network.extend({
  checkedHosts: z.int().nullable(),
  overlaps: z.array(RouteOverlap).max(MAX_OVERLAPS).default([]),
}).meta({ id: 'NetworkMade' });
export type NetworkMade = z.infer<typeof NetworkMade>;

/** `PATCH /v1/networks/{network}`, of a network that Orrery keeps. */
export const NetworkPatch = z
  .strictObject({
    name: NetworkName.optional(),
    config: NetworkConfigChange.optional(),
    admission: AdmissionPolicy.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change: give name, config or admission')
  .meta({ id: 'NetworkPatch' });
export type NetworkPatch = z.infer<typeof NetworkPatch>;

export const NetworkQuery = PageQuery.extend({ controller: Reference.optional() });
export type NetworkQuery = z.infer<typeof NetworkQuery>;
