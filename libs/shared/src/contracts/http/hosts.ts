import { z } from 'zod';
import { HostId, Name, NodeId } from '../ids.js';
import { Labels } from '../labels.js';
import { EngineInfo } from '../observed.js';
import { page, PageQuery, Timestamp } from './common.js';

/** `joined`: never heard of since it joined; `unknown`: the judge itself is not healthy. */
export const Presence = z.enum(['joined', 'online', 'unreachable', 'unknown']).meta({ id: 'Presence' });
export type Presence = z.infer<typeof Presence>;

export const Host = z
  .object({
    id: HostId,
    name: Name,
    labels: Labels,
    simulated: z.boolean(),
    presence: Presence,
    /** Its agent observes and reports, and does nothing until the host is resumed. */
    paused: z.boolean().default(false),
    /** Since when its key lets nobody in (`POST /v1/hosts/{host}/revoke`); null: it does. */
    revokedAt: Timestamp.nullable().default(null),
    /** It is removed when it was away for so long, such as `24h`; null: it stays. */
    ephemeral: z.string().nullable().default(null),
    lastSeenAt: Timestamp.nullable(),
    agentVersion: z.string().nullable(),
    engine: z
      .union([
        EngineInfo.extend({ state: z.literal('up') }),
        z.object({ state: z.literal('unknown'), cause: z.string() }),
      ])
      .nullable(),
    /** The host's own daemon. */
    node: NodeId,
    /** Revision of the desired state, and the one that the agent last said it holds. */
    revision: z.int(),
    heldRevision: z.int(),
    createdAt: Timestamp,
    /** Version of name and labels, for If-Match (also the ETag). */
    version: z.int(),
  })
  .meta({ id: 'Host' });
export type Host = z.infer<typeof Host>;
export const HostPage = page(Host, 'HostPage');
export type HostPage = z.infer<typeof HostPage>;

export const HostQuery = PageQuery.extend({ selector: z.string().max(1000).optional(), presence: Presence.optional() });
export type HostQuery = z.infer<typeof HostQuery>;

/** Labels are replaced as a whole; a key set to null in `setLabels` is removed. */
export const HostPatch = z
  .strictObject({
    name: Name.optional(),
    labels: Labels.optional(),
    setLabels: z.record(z.string(), z.string().nullable()).optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change: give name, labels or setLabels')
  .meta({ id: 'HostPatch' });
export type HostPatch = z.infer<typeof HostPatch>;
