import { z } from 'zod';
import { duration, YEAR_SECONDS } from '../durations.js';
import { NetworkId, NodeAddress } from '../ids.js';
import { MembershipStatus } from '../observed.js';
import { Flag, HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

/** What a person said of one node in one network. */
export const Verdict = z
  .object({
    verdict: z.enum(['authorize', 'deny']),
    by: z.string(),
    at: Timestamp,
    /** An authorization ends then. */
    until: Timestamp.nullable(),
  })
  .meta({ id: 'Verdict' });
export type Verdict = z.infer<typeof Verdict>;

/**
 * Who is in, wants to be in, or is to be in a network: what was decided, what the controller says and what the node shows, side by side.
 * They differ for a while: a node that was deauthorized goes on showing OK for up to 50 s (zerotier-one).
 */
export const Admission = z
  .object({
    network: z.object({ id: NetworkId, name: z.string().nullable() }),
    /** Null: a node that Orrery launches and whose identity is not known yet. */
    address: NodeAddress.nullable(),
    /** Null: none of ours. */
    node: NodeRef.nullable(),
    host: HostRef.nullable(),
    /** What a person said; null: nobody did. */
    verdict: Verdict.nullable(),
    /** What a person set of its record on the controller; null, and of each part: nothing. */
    record: z
      .object({
        name: z.string().nullable(),
        addresses: z.array(z.string()).nullable(),
        bridge: z.boolean().nullable(),
        noAutoAssign: z.boolean().nullable(),
      })
      .nullable(),
    /** Whether it is to be let in, and why: by a person, by the network's policy. Null: nobody has decided; it waits. */
    decision: z.object({ authorize: z.boolean(), why: z.string() }).nullable(),
    /** What the controller says; null: it has no record of it. */
    controller: z
      .object({
        authorized: z.boolean(),
        name: z.string(),
        addresses: z.array(z.string()),
        bridge: z.boolean(),
        noAutoAssign: z.boolean(),
        /** False: it never asked to be let in. */
        hasAsked: z.boolean(),
        zerotierVersion: z.string().nullable(),
        seenAt: Timestamp,
      })
      .nullable(),
    /** What the node shows, if one of our agents sees it. */
    observed: z.object({ status: MembershipStatus, addresses: z.array(z.string()) }).nullable(),
    /** It asks to be let in, and nobody has decided. */
    pending: z.boolean(),
    /** A record of a node that is none of ours, or not any more, or that nobody wants in this network any more. */
    stale: z.boolean(),
  })
  .meta({ id: 'Admission' });
export type Admission = z.infer<typeof Admission>;
export const AdmissionPage = page(Admission, 'AdmissionPage');
export type AdmissionPage = z.infer<typeof AdmissionPage>;

export const AdmissionQuery = PageQuery.extend({
  network: Reference.optional(),
  pending: Flag,
  stale: Flag,
});
export type AdmissionQuery = z.infer<typeof AdmissionQuery>;

/** Body of `PUT /v1/networks/{network}/admissions/{node}`; the node is an address, or a reference. */
export const AdmissionPut = z
  .strictObject({
    /** Null takes back what a person said: the network's policy decides again. */
    verdict: z.enum(['authorize', 'deny']).nullable().optional(),
    /** An authorization ends after so long, such as `8h`, wherever the node then is. */
    for: duration(10, 10 * YEAR_SECONDS)
      .nullable()
      .optional(),
    name: z.string().max(127).optional(),
    /** Fixed addresses: within the network's routes. */
    addresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .max(16)
      .optional(),
    bridge: z.boolean().optional(),
    noAutoAssign: z.boolean().optional(),
  })
  .refine((put) => Object.keys(put).length > 0, 'nothing to change')
  .meta({ id: 'AdmissionPut' });
export type AdmissionPut = z.infer<typeof AdmissionPut>;

/** Body of `POST /v1/networks/{network}/admissions`: the same for the nodes that are wanted in it on the hosts that match; or for all that wait. */
export const AdmissionBulk = z
  .strictObject({
    selector: z.string().min(1).max(1000).optional(),
    pending: z.boolean().default(false),
    verdict: z.enum(['authorize', 'deny']).nullable(),
    for: AdmissionPut.shape.for,
  })
  .refine(({ selector, pending }) => selector !== undefined || pending, 'give a selector, or pending: true')
  .meta({ id: 'AdmissionBulk' });
export type AdmissionBulk = z.infer<typeof AdmissionBulk>;

export const AdmissionsChanged = z.object({ items: z.array(Admission) }).meta({ id: 'AdmissionsChanged' });
export type AdmissionsChanged = z.infer<typeof AdmissionsChanged>;
