import { z } from 'zod';
import { duration, YEAR_SECONDS } from '../durations.js';
import { NetworkId, NodeAddress } from '../ids.js';
import { MembershipStatus } from '../observed.js';
import { Flag, HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

export const Verdict = z
  .object({
    verdict: z.enum(['authorize', 'deny']).describe('`authorize`: the node is allowed to join. `deny`: it is not.'),
    by: z.string().describe('Name of the API token that decided.'),
    at: Timestamp.describe('When it was decided.'),
    until: Timestamp.nullable().describe('When an authorization ends; null: it does not end by itself.'),
  })
  .meta({ id: 'Verdict', description: 'What a person decided about one node in one network.' });
export type Verdict = z.infer<typeof Verdict>;

export const Admission = z
  .object({
    network: z
      .object({
        id: NetworkId.describe('ZeroTier network ID.'),
        name: z.string().nullable().describe('Name of the network; null if it has none.'),
      })
      .describe('The network.'),
    address: NodeAddress.nullable().describe(
      'ZeroTier address of the node; null while Orrery launches the node and does not know its identity yet.',
    ),
    node: NodeRef.nullable().describe('The node; null if it is not managed by Orrery.'),
    host: HostRef.nullable().describe('Host of the node; null if the node is not managed by Orrery.'),
    verdict: Verdict.nullable().describe('What a person decided; null if nobody did.'),
    record: z
      .object({
        name: z.string().nullable().describe('Name of the record; null: nobody set it.'),
        addresses: z.array(z.string()).nullable().describe('Fixed IP addresses; null: nobody set them.'),
        bridge: z
          .boolean()
          .nullable()
          .describe(
            'Whether the node is allowed to bridge other Ethernet devices into the network; null: nobody set it.',
          ),
        noAutoAssign: z.boolean().nullable().describe('True: assign no address from the pools; null: nobody set it.'),
      })
      .nullable()
      .describe('What a person set of its record on the controller; null: nothing.'),
    decision: z
      .object({
        authorize: z.boolean().describe('True: it should be authorized.'),
        why: z.string().describe('The reason: a person, or the admission policy of the network.'),
      })
      .nullable()
      .describe('Whether the node should be authorized, and why. Null: nobody decided, so it waits.'),
    controller: z
      .object({
        authorized: z.boolean().describe('Whether the controller has authorized the node.'),
        name: z.string().describe('Name of the record; may be empty.'),
        addresses: z.array(z.string()).describe('IP addresses that the node was assigned or is to get.'),
        bridge: z.boolean().describe('Whether the node is allowed to bridge other Ethernet devices into the network.'),
        noAutoAssign: z.boolean().describe('True: the node gets no address from the pools.'),
        hasAsked: z.boolean().describe('False: the node has never asked to join.'),
        zerotierVersion: z
          .string()
          .nullable()
          .describe('Version of the node’s zerotier-one; null if the controller has not heard from it.'),
        seenAt: Timestamp.describe('When Orrery last read this record from the controller.'),
      })
      .nullable()
      .describe('The record on the controller; null if it has none.'),
    observed: z
      .object({
        status: MembershipStatus.describe('Status that its zerotier-one reports.'),
        addresses: z
          .array(z.string())
          .describe('IP addresses that its zerotier-one was assigned, each with its prefix length.'),
      })
      .nullable()
      .describe('What the node itself shows; null if none of our agents sees it.'),
    pending: z.boolean().describe('True: it asks to join, and nobody has decided.'),
    stale: z
      .boolean()
      .describe('True: a record of a node that is not ours, or that is no longer desired in this network.'),
    version: z
      .int()
      .default(0)
      .describe('Version for If-Match: increases with each decision by a person; 0 if there was none.'),
  })
  .meta({
    id: 'Admission',
    description:
      'A node that is in a network, asks to be, or should be: what was decided, what the controller says and what the node shows, side by side. They can differ for a while: a deauthorized node shows OK for up to 50 s.',
  });
export type Admission = z.infer<typeof Admission>;
export const AdmissionPage = page(Admission, 'AdmissionPage');
export type AdmissionPage = z.infer<typeof AdmissionPage>;

export const AdmissionQuery = PageQuery.extend({
  network: Reference.optional().meta({
    description: 'Only this network: its 16-digit ID or its name.',
    example: 'lab',
  }),
  pending: Flag.meta({ description: 'True: only nodes that wait for a decision.', example: true }),
  stale: Flag.meta({ description: 'True: only stale records.', example: false }),
});
export type AdmissionQuery = z.infer<typeof AdmissionQuery>;

export const AdmissionPut = z
  .strictObject({
    verdict: z
      .enum(['authorize', 'deny'])
      .nullable()
      .optional()
      .describe(
        'Authorize or deny the node. Null withdraws what a person decided: the policy of the network decides again.',
      ),
    for: duration(10, 10 * YEAR_SECONDS)
      .nullable()
      .optional()
      .meta({
        description:
          'Time after which an authorization ends, wherever the node is then, such as `8h`; null or left out: it does not end.',
        example: '8h',
      }),
    name: z.string().max(127).optional().describe('Name of the record on the controller.'),
    addresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .max(16)
      .optional()
      .describe('Fixed IP addresses, without prefix length, within the routes of the network.'),
    bridge: z
      .boolean()
      .optional()
      .describe('Whether the node is allowed to bridge other Ethernet devices into the network.'),
    noAutoAssign: z.boolean().optional().describe('True: assign no address from the pools.'),
  })
  .refine((put) => Object.keys(put).length > 0, 'nothing to change')
  .meta({
    id: 'AdmissionPut',
    description:
      'A decision about one node in one network, or a change of its record on the controller. Anything left out stays as it is.',
  });
export type AdmissionPut = z.infer<typeof AdmissionPut>;

export const AdmissionBulk = z
  .strictObject({
    selector: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        'Label selector of hosts, such as `site=cloud,tier!=db`: the nodes on them that are desired in this network.',
      ),
    pending: z.boolean().default(false).describe('True: all nodes that wait for a decision.'),
    verdict: z
      .enum(['authorize', 'deny'])
      .nullable()
      .describe('Authorize or deny the nodes; null withdraws what a person decided.'),
    for: AdmissionPut.shape.for,
  })
  .refine(({ selector, pending }) => selector !== undefined || pending, 'give a selector, or pending: true')
  .meta({
    id: 'AdmissionBulk',
    description:
      'One decision for many nodes of a network: those desired in it on matching hosts, those that wait, or both.',
  });
export type AdmissionBulk = z.infer<typeof AdmissionBulk>;

export const AdmissionsChanged = z
  .object({ items: z.array(Admission).describe('The admissions as they are now.') })
  .meta({ id: 'AdmissionsChanged', description: 'The admissions that changed.' });
export type AdmissionsChanged = z.infer<typeof AdmissionsChanged>;
