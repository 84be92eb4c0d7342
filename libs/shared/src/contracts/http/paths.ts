import { z } from 'zod';
import { See } from '../problems.js';
import { HostRef, page, PageQuery, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

/** Why a path is not direct, or does not work; docs/errors.md has a section for each. */
export const PathCode = z
  .enum(['path-silent', 'path-udp-blocked', 'path-bridge-closed', 'path-symmetric-nat', 'path-not-tried'])
  .meta({ id: 'PathCode', description: 'Why a path is not direct, or does not work.' });
export type PathCode = z.infer<typeof PathCode>;

export const PathReason = z
  .object({
    code: PathCode.describe('Why it is not direct, or `path-silent`.'),
    cause: z.string().describe('The same in words, with the node that it is about.'),
    fix: z.string().describe('What to do about it.'),
    see: See.optional().describe('The request that shows more; left out if there is none.'),
  })
  .meta({ id: 'PathReason', description: 'The likely reason why a path is not direct, or does not work.' });
export type PathReason = z.infer<typeof PathReason>;

export const Path = z
  .object({
    node: NodeRef.describe('The node whose view this is.'),
    host: HostRef.describe('Its host.'),
    peer: NodeRef.describe('The node that it reaches.'),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    path: z
      .enum(['direct', 'relayed', 'none', 'unknown'])
      .describe(
        '`direct`; `relayed` by a root; `none`: the node does not list the peer; `unknown`: nobody could look.',
      ),
    endpoint: z
      .string()
      .nullable()
      .describe('Physical `address/port` at which the node reaches the peer; null unless it is direct and reported.'),
    latencyMs: z.number().nullable().describe('Round trip in milliseconds; null if unknown.'),
    since: Timestamp.nullable().describe('Since when it is direct or relayed; null for `none` and `unknown`.'),
    stale: z.boolean().describe('True: the host is not heard from, so this is what was last known.'),
    reason: PathReason.nullable().describe(
      'Why it is `relayed` or `none`, as far as it can be told, or that it is `direct` and nothing comes back (`path-silent`); null if it works directly, or if the reason is not known.',
    ),
    disagrees: z
      .boolean()
      .describe('True: only one of the two nodes calls their path direct. The other view is an entry of its own.'),
  })
  .meta({ id: 'Path', description: 'How one node reaches another in the same network, in its own view.' });
export type Path = z.infer<typeof Path>;
export const PathPage = page(Path, 'PathPage');
export type PathPage = z.infer<typeof PathPage>;
export const PathQuery = PageQuery.extend({
  node: Reference.optional().meta({
    description: 'Only the view of this node: HOST, HOST/CONTAINER, an address or an id.',
    example: 'web-1/demo',
  }),
});
export type PathQuery = z.infer<typeof PathQuery>;
